internal import FoundationEssentials

/// Everything that one version of a process says. Two versions with equal contents are the same version.
public struct ProcessContent: Sendable, Equatable {
    /// 1 to 255 characters.
    public var name: String
    /// May be empty.
    public var description: String
    /// SPy source.
    public var spyCode: String
    /// SPy expression to fact ID.
    public var stableMapping: [String: String]
    /// The English specification; nil in versions from before outlines were derived, where none was given.
    public var document: Document?

    /// The English specification, as the column `process_document` keeps it.
    public struct Document: Sendable, Equatable {
        /// text/markdown or text/plain.
        public var format: String
        /// The specification itself.
        public var text: String
        /// Free attributes.
        public var attributes: [String: String]
        /// Whether nobody wrote it: an outline of the code.
        public var isDerived = false
    }
}

extension ProcessContent.Document: Decodable {
    private enum CodingKeys: String, CodingKey {
        case format, text, attributes, derived
    }

    /// From the column's JSON, where `derived` stands only if it is true.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        format = try values.decode(String.self, forKey: .format)
        text = try values.decode(String.self, forKey: .text)
        attributes = try values.decode([String: String].self, forKey: .attributes)
        isDerived = try values.decodeIfPresent(Bool.self, forKey: .derived) ?? false
    }
}

/// A version's contents with its number and what proves them. Never changes.
struct VersionBody: Sendable {
    /// From 1.
    let number: Int32
    /// What it says.
    let content: ProcessContent
    /// Nil for versions older than the hashes.
    let seal: VersionSeal?
}

/// What is known of a process as a whole.
struct StoredProcess: Sendable {
    /// Its ID.
    let id: UUID
    /// The number of its latest version.
    let latestVersion: Int32
    /// When it was created.
    let createdAt: Instant
    /// When its latest version was made.
    let updatedAt: Instant
    /// The user who created it.
    let createdBy: UUID
    /// What it demands of its mappings now.
    let policy: MappingPolicy
}

/// One version in a history, without its contents.
struct VersionSummary: Sendable {
    /// From 1.
    let number: Int32
    /// When it was made.
    let createdAt: Instant
    /// Who made it.
    let createdBy: UUID
    /// What its author said.
    let changelog: String
    /// The process's name at the time.
    let name: String
}

/// One process in a list.
struct ProcessListing: Sendable {
    /// What is known of it.
    let process: StoredProcess
    /// Its name now.
    let name: String
    /// Its description now.
    let description: String
}

/// A moment: microseconds since 1970-01-01T00:00:00Z, as exact as the database keeps it.
public struct Instant: Sendable, Hashable, Comparable {
    /// The count.
    public let microseconds: Int64

    /// From a count.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The first moment of year 1, the earliest of the API's Timestamp.
    public static let earliest = Instant(microseconds: -62_135_596_800_000_000)

    /// Earlier before later.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}
