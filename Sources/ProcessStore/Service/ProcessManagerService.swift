internal import FoundationEssentials
public import GRPCCore
internal import GRPCNghttp2
public import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// `grimoire.v1.ProcessManager`: checks requests, asks the store, answers.
public struct ProcessManagerService: Grimoire_V1_ProcessManager.SimpleServiceProtocol {
    let store: ProcessStore

    /// A service over `store`.
    public init(store: ProcessStore) {
        self.store = store
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func getProcess(
        request: Grimoire_V1_GetProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetProcessResponse {
        let message = try await encodedProcess(request)
        return try message.withUnsafeBytes { try Grimoire_V1_GetProcessResponse(serializedBytes: Array($0)) }
    }

    /// `GetProcess`, its answer encoded.
    func encodedProcess(_ request: Grimoire_V1_GetProcessRequest) async throws -> MessageBytes {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: request.versionNumber)
        guard request.view == .full else {
            let bytes: [UInt8] = try await basics(process, request, caller).serializedBytes()
            return MessageBytes(bytes)
        }
        return try await store.answer(
            request.versionNumber,
            of: process,
            organization: caller.organizationID
        ).message
    }

    private func basics(
        _ process: UUID,
        _ request: Grimoire_V1_GetProcessRequest,
        _ caller: Caller
    ) async throws -> Grimoire_V1_GetProcessResponse {
        let basics = try await store.basics(
            version: request.versionNumber,
            of: process,
            organization: caller.organizationID
        )
        return .with {
            $0.fill(basics.process, organization: caller.organizationID)
            $0.name = basics.name
            $0.description_p = basics.description
            $0.versionNumber = basics.number
            $0.contentHash = basics.contentHash.hexadecimal
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func getProcessSpy(
        request: Grimoire_V1_GetProcessSpyRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetProcessSpyResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: request.versionNumber)
        let (number, code) = try await store.spyCode(
            version: request.versionNumber,
            of: process,
            organization: caller.organizationID
        )
        return .with {
            $0.processID = process.text
            $0.versionNumber = number
            $0.spyCode = code
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func getProcessMapping(
        request: Grimoire_V1_GetProcessMappingRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetProcessMappingResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: request.versionNumber)
        let (number, mapping, hash) = try await store.stableMapping(
            version: request.versionNumber,
            of: process,
            organization: caller.organizationID
        )
        return .with {
            $0.processID = process.text
            $0.versionNumber = number
            $0.contentHash = hash.hexadecimal
            $0.notModified = request.ifContentHash == $0.contentHash
            if !$0.notModified { $0.stableMapping = mapping }
        }
    }

    /// The process that a request names; the audit learns of it.
    static func process(_ text: String, version: Int32 = 0) throws(ServiceError) -> UUID {
        var validator = RequestValidator()
        let process = validator.process(text)
        validator.version(version, "version")
        try validator.finish()
        Call.current?.concerns(version)
        return process
    }

    static func versionsScope(_ process: UUID) -> String { "versions of \(process.text)" }
}

extension Grimoire_V1_GetProcessResponse {
    fileprivate mutating func fill(_ process: StoredProcess, organization: UUID) {
        processID = process.id.text
        createdAt = process.createdAt.timestamp
        updatedAt = process.updatedAt.timestamp
        createdBy = process.createdBy.text
        organizationID = organization.text
        latestVersion = process.latestVersion
        compatibility = process.policy.compatibility.level
        deriveMapping = process.policy.derives
    }
}
