import FoundationEssentials
import GRPCCore
import GRPCProtobuf
import GrimoireAPI
import ServiceKit
import SwiftProtobuf
import Synchronization

/// Process storage over real gRPC, with one process in memory: what chats ask of it. The tests from outside have the real one.
final class FakeRecords: RegistrableRPCService {
    struct State {
        var process = Grimoire_V1_GetProcessResponse()
        var session: [Grimoire_V1_Suggestion] = []
        var recorded: [Grimoire_V1_Suggestion] = []
        var contextRequests: [Grimoire_V1_GetSuggestionContextRequest] = []
        var tokens: [String] = []
        /// What recording fails with, the next one first.
        var recordFailures: [RPCError] = []
        /// Exchanges that are never recorded, by ID.
        var refused: Set<String> = []
        /// Of how many exchanges it does not say what became of them: the last ones of each call.
        var unanswered = 0
    }

    let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init() {
        (changes, change) = AsyncStream.makeStream()
        state.withLock { state in
            state.process.processID = UUID().text
            state.process.name = "Refund"
            state.process.spyCode = "def refund(order):\n    pay(order)\n    return order\n"
            state.process.versionNumber = 3
            state.process.contentHash = "abc"
        }
    }

    var processID: UUID { state.withLock { UUID(uuidString: $0.process.processID) ?? UUID() } }
    var recorded: [Grimoire_V1_Suggestion] { state.withLock { $0.recorded } }

    /// Waits until so many exchanges are recorded.
    func recorded(count: Int) async -> [Grimoire_V1_Suggestion] {
        var iterator = changes.makeAsyncIterator()
        while recorded.count < count { await iterator.next() }
        return recorded
    }

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        register(Grimoire_V1_SuggestionRecords.Method.GetSuggestionContext.descriptor, &router, context)
        register(Grimoire_V1_SuggestionRecords.Method.RecordSuggestions.descriptor, &router, record)
        register(Grimoire_V1_ProcessManager.Method.GetProcess.descriptor, &router, process)
    }

    private func register<Transport: ServerTransport, Input: Message, Output: Message>(
        _ method: MethodDescriptor,
        _ router: inout RPCRouter<Transport>,
        _ handler: @escaping @Sendable (Input, Metadata) throws -> Output
    ) {
        router.registerHandler(
            forMethod: method,
            deserializer: ProtobufDeserializer<Input>(),
            serializer: ProtobufSerializer<Output>()
        ) { request, _ in
            let request = try await ServerRequest(stream: request)
            return StreamingServerResponse(
                single: ServerResponse(message: try handler(request.message, request.metadata))
            )
        }
    }

    @Sendable
    private func context(
        _ request: Grimoire_V1_GetSuggestionContextRequest,
        _ metadata: Metadata
    ) throws -> Grimoire_V1_GetSuggestionContextResponse {
        try state.withLock { state in
            state.contextRequests.append(request)
            state.tokens += Array(metadata[stringValues: "authorization"])
            guard request.processID == state.process.processID else {
                throw RPCError(code: .notFound, message: "There is no such process.")
            }
            let isKnown = request.brief && request.knownContentHash == state.process.contentHash
            return .with {
                $0.process =
                    isKnown
                    ? .with {
                        $0.processID = state.process.processID
                        $0.versionNumber = state.process.versionNumber
                        $0.contentHash = state.process.contentHash
                    } : state.process
                $0.session = state.session + state.recorded.filter { $0.sessionID == request.sessionID }
            }
        }
    }

    @Sendable
    private func record(
        _ request: Grimoire_V1_RecordSuggestionsRequest,
        _ metadata: Metadata
    ) throws -> Grimoire_V1_RecordSuggestionsResponse {
        try state.withLock { state in
            if let failure = state.recordFailures.popLast() { throw failure }
            defer { change.yield() }
            return .with {
                $0.results = request.suggestions.map { suggestion in
                    guard !state.refused.contains(suggestion.suggestionID) else {
                        return .with { $0.failure = .with { $0.message = "is not valid" } }
                    }
                    state.recorded.append(suggestion)
                    return .with { $0.recorded = .with { $0.suggestionID = suggestion.suggestionID } }
                }
                $0.results.removeLast(min(state.unanswered, $0.results.count))
            }
        }
    }

    @Sendable
    private func process(
        _ request: Grimoire_V1_GetProcessRequest,
        _ metadata: Metadata
    ) throws -> Grimoire_V1_GetProcessResponse {
        try state.withLock { state in
            guard request.processID == state.process.processID else {
                throw RPCError(code: .notFound, message: "There is no such process.")
            }
            return state.process
        }
    }
}
