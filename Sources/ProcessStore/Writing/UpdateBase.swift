internal import FoundationEssentials
internal import Postgres
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent

/// The latest version of a process, as an update builds upon it. A version never changes, so it may be kept; whether it is
/// still the latest, the statement that writes the next one finds out (`Queries.update`).
struct UpdateBase: Sendable {
    /// What is taken for granted of the process.
    let head: Queries.Head
    let content: ProcessContent
    /// The content's document and mapping as they are stored, so that what the next version keeps is not encoded again.
    let json: ContentJSON
    let contentHash: [UInt8]
    /// What the next version is chained to; nil for versions older than the hashes.
    let chainHash: [UInt8]?
    /// The version's mapping and program.
    let mapped: MappedVersion
    /// What its code can be compared by, as it is stored; nil where nothing is known of it.
    let fingerprint: [UInt8]?
    /// The functions of its code, as far as they were looked at.
    var functions = KnownFunctions()

    /// Bytes that it takes in memory, about: texts are in it as they are and in the mapping's state, which has several for
    /// each entry.
    var bytes: Int {
        let entries = mapped.state.entries.count + mapped.state.retired.count
        return mapped.program.memoryBytes + 3 * content.size + Self.entryBytes * entries
            + (fingerprint?.count ?? 0) + functions.memoryBytes
    }

    private static let entryBytes = 256
}

/// The latest version of a process as it was read, not yet taken apart, since that may take long.
struct StoredBase: Sendable {
    let head: Queries.Head
    private let raw: ContentCoding.RawVersion
    private let mapped: MappingStateCoding.RawVersion
    private let fingerprint: [UInt8]?

    /// From a row of `Queries.version(withState:)`.
    ///
    /// - Throws: `PostgresError` (decoding); `ServiceError` (INTERNAL) where the version's body is missing.
    init(_ row: PostgresRow, of process: UUID) throws {
        guard let raw = try ContentCoding.version(row), let mapped = try MappingStateCoding.version(row)
        else {
            throw ProcessStore.broken("process \(process.text) has no body for its latest version")
        }
        let stored = try ContentCoding.storedProcess(row, id: process)
        head = Queries.Head(
            process: process,
            version: raw.number,
            updatedAt: stored.updatedAt,
            policy: stored.policy
        )
        self.raw = raw
        self.mapped = mapped
        fingerprint = try row.decodeOptional("fingerprint")
    }

    /// What taking it apart costs, as bytes of text.
    var bytes: Int { raw.jsonBytes + mapped.bytes }

    /// The version, taken apart.
    ///
    /// - Parameter facts: The facts of the version's code.
    func base(_ facts: (String) -> ProgramFacts) throws -> UpdateBase {
        let body = try raw.body()
        return UpdateBase(
            head: head,
            content: body.content,
            json: ContentJSON(document: raw.document, mapping: raw.mapping),
            contentHash: body.seal?.contentHash ?? ContentEncoding.hash(body.content),
            chainHash: body.seal?.chainHash,
            mapped: try mapped.version(facts),
            fingerprint: fingerprint
        )
    }
}
