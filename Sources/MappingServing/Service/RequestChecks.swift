internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit

/// What is allowed in requests, and what is said where it is not.
enum RequestChecks {
    /// Versions that one batch may ask for.
    static let batchRequests = 1_000
    /// Bytes of a batch's answer: gRPC clients take 4 MiB unless told otherwise.
    static let batchBytes = 4 * 1_024 * 1_024 - 64 * 1_024

    /// What a request for a mapping asks for.
    static func key(
        of request: Grimoire_V1_GetProcessMappingRequest,
        _ organization: UUID
    ) throws(ServiceError) -> MappingKey {
        var violations: [FieldViolation] = []
        let process = uuid(request.processID, &violations)
        if request.versionNumber < 0 { violations.append(Self.negativeVersion("version")) }
        guard violations.isEmpty, let process else { throw .invalid(violations) }
        return MappingKey(
            process: ProcessKey(organization: organization, process: process),
            kind: .mapping,
            version: request.versionNumber
        )
    }

    /// What a request for an evolution asks for.
    static func key(
        of request: Grimoire_V1_GetMappingEvolutionRequest,
        _ organization: UUID
    ) throws(ServiceError) -> MappingKey {
        var violations: [FieldViolation] = []
        let process = uuid(request.processID, &violations)
        if request.fromVersion < 1 {
            violations.append(
                FieldViolation("from", "is required: give a version, 1 or more.", reason: "OUT_OF_RANGE")
            )
        }
        if request.toVersion < 0 {
            violations.append(Self.negativeVersion("to"))
        } else if request.toVersion != 0, request.toVersion <= request.fromVersion {
            violations.append(
                FieldViolation("to", "must be a later version than from.", reason: "OUT_OF_RANGE")
            )
        }
        guard violations.isEmpty, let process else { throw .invalid(violations) }
        return MappingKey(
            process: ProcessKey(organization: organization, process: process),
            kind: .evolution(from: request.fromVersion),
            version: request.toVersion
        )
    }

    /// Whether a batch may be as large.
    static func checkBatch(_ count: Int) throws(ServiceError) {
        guard (1...batchRequests).contains(count) else {
            throw .invalid([
                FieldViolation(
                    "requests",
                    "must have 1 to \(batchRequests) entries; it has \(count).",
                    reason: count == 0 ? "REQUIRED" : "TOO_MANY"
                )
            ])
        }
    }

    /// What stands in the place of a mapping for which a batch's answer has no room.
    static let tooLarge = ServiceError(
        .exhausted(retryAfter: .zero),
        message: "The batch's answer has no room for this mapping: ask for it alone, or in a smaller batch."
    )

    private static func uuid(_ text: String, _ violations: inout [FieldViolation]) -> UUID? {
        if let uuid = UUID(uuidString: text) { return uuid }
        violations.append(
            text.isEmpty
                ? FieldViolation("process_id", "is required: give a UUID.", reason: "REQUIRED")
                : FieldViolation(
                    "process_id",
                    "must be a UUID such as 123e4567-e89b-12d3-a456-426614174000.",
                    reason: "INVALID_UUID"
                )
        )
        return nil
    }

    private static func negativeVersion(_ field: String) -> FieldViolation {
        FieldViolation(field, "must be 1 or more, or absent for the latest.", reason: "OUT_OF_RANGE")
    }
}
