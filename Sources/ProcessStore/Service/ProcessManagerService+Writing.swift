internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent
internal import SwiftProtobuf

extension ProcessManagerService {
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
        let compatibility = validator.compatibility(request.compatibility)
        let call = try Self.idempotentCall("CreateProcess", request, &validator)
        try validator.finish()
        let forOutline = !request.hasProcessDocument || request.processDocument.derived
        let (code, content) = try await read(request.spyCode, after: nil, forOutline: forOutline) {
            ProcessContent(request, outline: $0.outline)
        }
        let mapping = MappingChange(
            program: code.program,
            code: request.spyCode,
            given: request.stableMapping,
            compatibility: compatibility,
            derives: request.hasDeriveMapping ? request.deriveMapping : nil
        )
        let created = try await store.create(
            content,
            mapping: mapping,
            fingerprint: { code.fingerprint(&$0) },
            changelog: request.changelog,
            author: Author(caller),
            call: call
        )
        Call.current?.concerns(processID: created.process, versionNumber: 1)
        if !created.isRepeated { Call.current?.wasAudited() }
        return .with {
            $0.processID = created.process.text
            $0.versionNumber = 1
            $0.createdAt = created.at.timestamp
            $0.mappingReport = created.report
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func updateProcess(
        request: Grimoire_V1_UpdateProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_UpdateProcessResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        if request.hasName { validator.name(request.name) }
        validator.text(request.description_p, "description", characters: RequestLimits.descriptionCharacters)
        validator.spyCode(request.spyCode)
        validator.mapping(request.stableMapping)
        validator.document(request.processDocument)
        validator.text(request.changelog, "changelog", characters: RequestLimits.changelogCharacters)
        if request.expectedVersion < 0 {
            validator.reject("expected_version", "must be 1 or more, or absent for no check.", "OUT_OF_RANGE")
        }
        let compatibility = request.hasCompatibility ? validator.compatibility(request.compatibility) : nil
        let call = try Self.idempotentCall("UpdateProcess", request, &validator)
        try validator.finish()
        let base = await store.base(of: process, organization: caller.organizationID)
        let forOutline =
            request.hasProcessDocument
            ? request.processDocument.derived : base?.content.document?.isDerived ?? true
        let (code, _) = try await read(request.spyCode, after: base, forOutline: forOutline) { _ in }
        let mapping = MappingChange(
            program: code.program,
            code: request.spyCode,
            given: request.stableMapping,
            replaces: request.replaceMapping,
            compatibility: compatibility,
            derives: request.hasDeriveMapping ? request.deriveMapping : nil
        )
        let outcome = try await store.update(
            process,
            mapping: mapping,
            fingerprint: { code.fingerprint(&$0) },
            expectedVersion: request.expectedVersion,
            changelog: request.changelog,
            author: Author(caller),
            call: call
        ) { $0.applying(request, outline: code.outline) }
        Call.current?.concerns(outcome.version)
        if outcome.isWritten { Call.current?.wasAudited() }
        return .with {
            $0.processID = process.text
            $0.versionNumber = outcome.version
            $0.updatedAt = outcome.at.timestamp
            $0.unchanged = outcome.isUnchanged
            $0.mappingReport = outcome.report
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func deleteProcess(
        request: Grimoire_V1_DeleteProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_DeleteProcessResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID)
        let deletedAt = try await store.delete(process, author: Author(caller))
        Call.current?.wasAudited()
        return .with {
            $0.processID = process.text
            $0.deletedAt = deletedAt.timestamp
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func restoreProcess(
        request: Grimoire_V1_RestoreProcessRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_RestoreProcessResponse {
        let caller = try Caller.require()
        let process = try Self.process(request.processID)
        let (version, wasDeleted) = try await store.restore(process, author: Author(caller))
        if wasDeleted { Call.current?.wasAudited() }
        return .with {
            $0.processID = process.text
            $0.versionNumber = version
            $0.wasDeleted = wasDeleted
        }
    }

    /// Checks code against SPy's rules, finds its facts, and makes something more of it. Where it is that of `base`, in other
    /// lines or with other comments, all that is known already.
    private func read<Content: Sendable>(
        _ code: String,
        after base: UpdateBase?,
        forOutline: Bool,
        _ content: @escaping @Sendable (AcceptedCode) -> Content
    ) async throws -> (AcceptedCode, Content) {
        try await store.workshop.run(bytes: code.utf8.count) {
            let known = base.flatMap { AcceptedCode(code, like: $0) }
            let code = try known ?? AcceptedCode(code, forOutline: forOutline)
            return (code, content(code))
        }
    }

    private static func idempotentCall(
        _ method: String,
        _ request: some Message,
        _ validator: inout RequestValidator
    ) throws -> IdempotentCall? {
        guard let key = Call.current?.idempotencyKey else { return nil }
        if key.isEmpty {
            validator.reject(
                "idempotency-key",
                "must have 1 to \(RequestLimits.idempotencyKeyCharacters) characters.",
                "REQUIRED"
            )
        }
        validator.text(key, "idempotency-key", characters: RequestLimits.idempotencyKeyCharacters)
        return try IdempotentCall(method: method, key: key, request: request)
    }
}

extension Author {
    /// Who makes the current call.
    init(_ caller: Caller) {
        self.init(
            user: caller.userID,
            organization: caller.organizationID,
            traceID: Call.current?.trace.traceID
        )
    }
}
