internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// grimoire-processes, asked in the name of the caller.
struct ProcessRecords: Sendable {
    private let records: any Grimoire_V1_SuggestionRecords.ClientProtocol
    private let processes: any Grimoire_V1_ProcessManager.ClientProtocol
    private let loops: EventLoopGroup
    private let patience: Duration

    /// How long an answer may take: one that is just starting again is waited for.
    static let usualPatience: Duration = .seconds(5)

    init(
        records: any Grimoire_V1_SuggestionRecords.ClientProtocol,
        processes: any Grimoire_V1_ProcessManager.ClientProtocol,
        loops: EventLoopGroup,
        patience: Duration = usualPatience
    ) {
        self.records = records
        self.processes = processes
        self.loops = loops
        self.patience = patience
    }

    private var options: CallOptions {
        var options = CallOptions.defaults
        options.waitForReady = true
        return options
    }

    /// All that a prompt about a process is made of.
    ///
    /// - Throws: What grimoire-processes refuses (NOT_FOUND where the process is not there for this caller), `ServiceError`
    ///   (UNAVAILABLE) where it does not answer.
    func context(
        _ request: Grimoire_V1_GetSuggestionContextRequest,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_GetSuggestionContextResponse {
        try await telling {
            try await records.getSuggestionContext(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message }
        }
    }

    /// How many exchanges are kept in one call.
    static let recordedTogether = 64

    /// Keeps exchanges of one caller.
    ///
    /// - Parameter suggestions: 1 to ``recordedTogether``.
    /// - Returns: What became of each, in their order.
    /// - Throws: Where none is kept, or nobody can say: as ``context(_:_:)``.
    func record(
        _ suggestions: [Grimoire_V1_Suggestion],
        _ credentials: Metadata
    ) async throws -> [Grimoire_V1_RecordingResult] {
        let request = Grimoire_V1_RecordSuggestionsRequest.with { $0.suggestions = suggestions }
        return try await telling {
            try await records.recordSuggestions(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message.results }
        }
    }

    /// Passes a rating on.
    func rate(
        _ request: Grimoire_V1_RateSuggestionRequest,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_RateSuggestionResponse {
        try await telling {
            try await records.rateSuggestion(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message }
        }
    }

    /// Passes a question for suggestions on.
    func list(
        _ request: Grimoire_V1_ListSuggestionsRequest,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_ListSuggestionsResponse {
        try await telling {
            try await records.listSuggestions(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message }
        }
    }

    /// Where else in the organization these functions, actions and facts are.
    func reuse(
        _ request: Grimoire_V1_FindReuseRequest,
        _ credentials: Metadata
    ) async throws -> Grimoire_V1_FindReuseResponse {
        try await telling {
            try await records.findReuse(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message }
        }
    }

    /// Whether a process is there for the caller; it is, where nobody can say.
    ///
    /// - Throws: `RPCError` where it is not (NOT_FOUND), or the caller may not see it.
    func check(_ process: String, _ credentials: Metadata) async throws {
        let request = Grimoire_V1_GetProcessRequest.with {
            $0.processID = process
            $0.view = .basic
        }
        _ = try await telling {
            try await processes.getProcess(
                request: ClientRequest(message: request, metadata: limited(credentials)),
                options: options
            ) { try $0.message.versionNumber }
        }
    }

    /// Those with the time that the answer may take, for the other side.
    private func limited(_ credentials: Metadata) -> Metadata {
        var metadata = credentials
        metadata.replaceOrAddString("\(patience.wholeMilliseconds)m", forKey: "grpc-timeout")
        return metadata
    }

    private func telling<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await bounded(body)
        } catch let error as RPCError {
            guard error.code == .deadlineExceeded else { throw ServiceClient.passedOn(error) }
            throw Self.silence
        }
    }

    /// A call that takes no longer than ``patience``, by a timer of its loop: gRPC's own limit is a sleep on a thread beside the loops,
    /// which costs as much as the rest of a call.
    private func bounded<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (loop, patience) = (loops.next(), patience)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask(executorPreference: loop.taskExecutor) { try await body() }
            group.addTask(executorPreference: loop.taskExecutor) {
                try await loop.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else { throw Self.silence }
            return value
        }
    }

    private static var silence: ServiceError {
        ServiceError(
            .unavailable(retryAfter: .seconds(1)),
            message: "The storage of processes does not answer now; try again in a moment."
        )
    }
}
