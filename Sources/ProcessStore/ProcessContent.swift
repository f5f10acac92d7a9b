public import FoundationEssentials

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
    /// The English specification, nil where none was ever given.
    public var document: Document?

    /// The English specification, as the column `process_document` keeps it.
    public struct Document: Sendable, Equatable, Codable {
        /// text/markdown or text/plain.
        public var format: String
        /// The specification itself.
        public var text: String
        /// Free attributes.
        public var attributes: [String: String]
    }
}

/// A version as it is stored.
public struct StoredVersion: Sendable {
    /// From 1.
    public let number: Int32
    /// What it says.
    public let content: ProcessContent
    /// The process it belongs to.
    public let process: StoredProcess
}

/// What is known of a process as a whole.
public struct StoredProcess: Sendable {
    /// Its ID.
    public let id: UUID
    /// The number of its latest version.
    public let latestVersion: Int32
    /// When it was created.
    public let createdAt: Instant
    /// When its latest version was made.
    public let updatedAt: Instant
    /// The user who created it.
    public let createdBy: UUID
}

/// One version in a history, without its contents.
public struct VersionSummary: Sendable {
    /// From 1.
    public let number: Int32
    /// When it was made.
    public let createdAt: Instant
    /// Who made it.
    public let createdBy: UUID
    /// What its author said.
    public let changelog: String
    /// The process's name at the time.
    public let name: String
}

/// One process in a list.
public struct ProcessListing: Sendable {
    /// What is known of it.
    public let process: StoredProcess
    /// Its name now.
    public let name: String
    /// Its description now.
    public let description: String
}

/// A moment: microseconds since 1970-01-01T00:00:00Z, as exact as the database keeps it.
public struct Instant: Sendable, Hashable, Comparable {
    /// The count.
    public let microseconds: Int64

    /// From a count.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Earlier before later.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}
