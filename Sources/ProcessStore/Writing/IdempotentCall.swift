internal import Crypto
internal import FoundationEssentials
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// A call that carries an idempotency key: made again, it gets the first one's answer.
///
/// The key is written in the transaction of what the call does, under a unique constraint: of several calls at once, the
/// second waits in the database until the first has committed, is refused by the constraint, and reads the answer.
struct IdempotentCall: Sendable, Equatable {
    /// What the constraint is called.
    static let constraint = "idempotency_keys_pkey"

    /// The method's name.
    let method: String
    /// What the client sent.
    let key: String
    /// SHA-256 over the request.
    let requestHash: [UInt8]

    /// A call of `method` with `key`.
    init(method: String, key: String, request: some Message) throws {
        self.method = method
        self.key = key
        var options = BinaryEncodingOptions()
        // Equal requests must give equal bytes in any process.
        options.useDeterministicOrdering = true
        let bytes: [UInt8] = try request.serializedBytes(options: options)
        requestHash = Array(SHA256.hash(data: bytes))
    }

    /// What is written of the call and its answer: method, key, hash, report.
    func parameters(_ report: Grimoire_V1_MappingReport) throws -> [PostgresParameter] {
        let bytes: [UInt8] = try report.serializedBytes()
        return [.text(method), .text(key), .bytea(requestHash), .bytea(bytes)]
    }

    /// What the first call was answered.
    struct Answer: Sendable {
        let process: UUID
        let version: Int32
        let at: Instant
        let isUnchanged: Bool
        let report: Grimoire_V1_MappingReport
    }

    /// The answer in a row of `Queries.remembered`; nil where there is none.
    ///
    /// - Throws: `ServiceError` (ABORTED, IDEMPOTENCY_KEY_REUSED) where the first call was another one.
    func answer(_ row: PostgresRow?) throws -> Answer? {
        guard let row else { return nil }
        guard try row.decode("request_hash", as: [UInt8].self) == requestHash else {
            throw ServiceError(
                .conflict(reason: "IDEMPOTENCY_KEY_REUSED", values: ["idempotency_key": key]),
                message: "This idempotency-key has been used for another request: take a new one."
            )
        }
        return Answer(
            process: try row.uuid("process_id"),
            version: try row.decode("version_number"),
            at: try row.instant("answered_at"),
            isUnchanged: try row.decode("unchanged"),
            report: try Grimoire_V1_MappingReport(
                serializedBytes: try row.decode("mapping_report", as: [UInt8].self)
            )
        )
    }
}
