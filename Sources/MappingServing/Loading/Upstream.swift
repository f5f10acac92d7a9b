internal import FoundationEssentials
internal import GRPCCore
internal import GRPCNghttp2
internal import GRPCProtobuf
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// grimoire-processes, asked in the name of the caller whom the answer is for.
struct Upstream: Sendable {
    let processes: any Grimoire_V1_ProcessManager.ClientProtocol
    let mappings: any Grimoire_V1_MappingSource.ClientProtocol

    /// How long to wait.
    enum Patience: Sendable {
        /// There is nothing else to answer with: one that is just starting again is waited for.
        case long
        /// There is something else.
        case short

        var options: CallOptions {
            var options = CallOptions.defaults
            switch self {
            case .long:
                options.timeout = .seconds(5)
                options.waitForReady = true
            case .short:
                options.timeout = .seconds(1)
                options.waitForReady = false
            }
            return options
        }
    }

    /// The number of a process's latest version.
    func latestVersion(of process: ProcessKey, _ credentials: Metadata, _ patience: Patience) async throws
        -> Int32
    {
        let request = Grimoire_V1_GetProcessRequest.with {
            $0.processID = process.process.text
            $0.view = .basic
        }
        return try await processes.getProcess(
            request: ClientRequest(message: request, metadata: credentials),
            options: patience.options
        ) { try $0.message.versionNumber }
    }

    /// An answer that nobody has kept; of the latest version where the key's is 0.
    func answer(_ key: MappingKey, _ credentials: Metadata, _ patience: Patience) async throws -> StoredAnswer
    {
        switch key.kind {
        case .mapping: try await mapping(key, credentials, patience)
        case .evolution(let from): try await evolution(key, from, credentials, patience)
        }
    }

    private func mapping(
        _ key: MappingKey,
        _ credentials: Metadata,
        _ patience: Patience
    ) async throws -> StoredAnswer {
        let request = Grimoire_V1_GetProcessMappingRequest.with {
            $0.processID = key.process.process.text
            $0.versionNumber = key.version
        }
        let response = try await processes.getProcessMapping(
            request: ClientRequest(message: request, metadata: credentials),
            options: patience.options
        ) { try $0.message }
        return StoredAnswer(
            message: try ProtobufSerializer().serialize(response),
            version: response.versionNumber,
            contentHash: Array(response.contentHash.utf8)
        )
    }

    private func evolution(
        _ key: MappingKey,
        _ from: Int32,
        _ credentials: Metadata,
        _ patience: Patience
    ) async throws -> StoredAnswer {
        let request = Grimoire_V1_GetMappingEvolutionRequest.with {
            $0.processID = key.process.process.text
            $0.fromVersion = from
            $0.toVersion = key.version
        }
        let response = try await mappings.getMappingEvolution(
            request: ClientRequest(message: request, metadata: credentials),
            options: patience.options
        ) { try $0.message }
        return StoredAnswer(
            message: try ProtobufSerializer().serialize(response),
            version: response.toVersion,
            contentHash: []
        )
    }
}

extension RPCError {
    /// Nobody could say: grimoire-processes, or what it needs, is away or too slow.
    var isOutage: Bool { code == .unavailable || code == .deadlineExceeded }

    /// What the caller is told: that grimoire-processes has not answered in the time it is given here, is not the caller's deadline.
    var told: any Error {
        guard code == .deadlineExceeded else { return ServiceClient.passedOn(self) }
        return ServiceError(
            .unavailable(retryAfter: .seconds(1)),
            message: "The storage of processes does not answer now; try again in a moment."
        )
    }

    /// It says nothing about the question, only about who asked.
    var isPersonal: Bool {
        switch code {
        case .unauthenticated, .permissionDenied, .cancelled, .resourceExhausted: true
        default: false
        }
    }

    /// It is the process that is not there, and not only the version.
    var isAbsentProcess: Bool {
        guard code == .notFound, let status = try? unpackGoogleRPCStatus() else { return false }
        return status.details.contains { $0.resourceInfo?.type == "process" }
    }
}
