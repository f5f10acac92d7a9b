internal import FoundationEssentials
public import GRPCCore
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
    public func createProcess(
        request: Grimoire_V1_CreateProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_CreateProcessResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        validator.name(request.name)
        validator.text(request.description_p, "description", characters: RequestLimits.descriptionCharacters)
        validator.spyCode(request.spyCode)
        validator.mapping(request.stableMapping)
        validator.document(request.processDocument)
        validator.text(request.changelog, "changelog", characters: RequestLimits.changelogCharacters)
        if !request.organizationID.isEmpty {
            let named = validator.uuid(request.organizationID, "organization_id")
            try validator.finish()
            guard named == caller.organizationID else {
                throw ServiceError.permissionDenied(
                    "organization_id is not your token's organization; leave it out or give your own."
                )
            }
        }
        try validator.finish()
        let content = ProcessContent(
            name: request.name,
            description: request.description_p,
            spyCode: request.spyCode,
            stableMapping: request.stableMapping,
            document: request.hasProcessDocument ? .init(request.processDocument) : nil
        )
        let created = try await store.create(
            content,
            changelog: request.changelog,
            author: caller.userID,
            organization: caller.organizationID
        )
        return .with {
            $0.processID = created.id.text
            $0.versionNumber = 1
            $0.createdAt = created.createdAt.timestamp
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func getProcess(
        request: Grimoire_V1_GetProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_GetProcessResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: request.versionNumber)
        let (version, history) = try await store.version(
            request.versionNumber,
            of: process,
            historyLimit: RequestLimits.historyEntries + 1,
            organization: caller.organizationID
        )
        let shown = history.prefix(RequestLimits.historyEntries)
        return .with {
            $0.processID = process.text
            $0.name = version.content.name
            $0.description_p = version.content.description
            $0.spyCode = version.content.spyCode
            $0.stableMapping = version.content.stableMapping
            $0.versionNumber = version.number
            $0.versionHistory = shown.map(\.message)
            if let document = version.content.document { $0.processDocument = document.message }
            $0.createdAt = version.process.createdAt.timestamp
            $0.updatedAt = version.process.updatedAt.timestamp
            $0.createdBy = version.process.createdBy.text
            $0.organizationID = caller.organizationID.text
            $0.latestVersion = version.process.latestVersion
            if history.count > shown.count, let last = shown.last {
                $0.nextPageToken = PageToken.make("\(last.number)", scope: Self.versionsScope(process))
            }
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func updateProcess(
        request: Grimoire_V1_UpdateProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_UpdateProcessResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.uuid(request.processID, "process_id")
        if request.hasName { validator.name(request.name) }
        validator.text(request.description_p, "description", characters: RequestLimits.descriptionCharacters)
        validator.spyCode(request.spyCode)
        validator.mapping(request.stableMapping)
        validator.document(request.processDocument)
        validator.text(request.changelog, "changelog", characters: RequestLimits.changelogCharacters)
        if request.expectedVersion < 0 {
            validator.reject("expected_version", "must be 1 or more, or absent for no check.", "OUT_OF_RANGE")
        }
        try validator.finish()
        let outcome = try await store.update(
            process,
            expectedVersion: request.expectedVersion,
            changelog: request.changelog,
            author: caller.userID,
            organization: caller.organizationID
        ) { content in
            let next = content.applying(request)
            // Entries that were laid over one another may be too many only together.
            var validator = RequestValidator()
            validator.mapping(next.stableMapping)
            try validator.finish()
            return next
        }
        return .with {
            $0.processID = process.text
            switch outcome {
            case .made(let number, let instant):
                $0.versionNumber = number
                $0.updatedAt = instant.timestamp
            case .unchanged(let number, let instant):
                $0.versionNumber = number
                $0.updatedAt = instant.timestamp
                $0.unchanged = true
            }
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func deleteProcess(
        request: Grimoire_V1_DeleteProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_DeleteProcessResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID, version: 0)
        let deletedAt = try await store.delete(process, organization: caller.organizationID)
        return .with {
            $0.processID = process.text
            $0.deletedAt = deletedAt.timestamp
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
        let (number, mapping) = try await store.stableMapping(
            version: request.versionNumber,
            of: process,
            organization: caller.organizationID
        )
        return .with {
            $0.processID = process.text
            $0.versionNumber = number
            $0.stableMapping = mapping
        }
    }

    private static func process(_ text: String, version: Int32) throws(ServiceError) -> UUID {
        var validator = RequestValidator()
        let process = validator.uuid(text, "process_id")
        validator.version(version, "version")
        try validator.finish()
        return process
    }

    static func versionsScope(_ process: UUID) -> String { "versions of \(process.text)" }
}
