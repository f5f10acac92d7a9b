public import StableMapping

/// What a proposal is made for: a version as it is.
public struct PatchBase: Sendable {
    /// The process, whose UUID new facts' IDs are derived from; where it is none, the effect on the mapping
    /// is not known.
    public var process: ProcessID?
    /// The version.
    public var version: Int32
    /// The version's content hash, as process storage gives it.
    public var contentHash: String
    /// Its program.
    public var code: String
    /// Its document, as text.
    public var document: String
    /// Its mapping: key to fact ID.
    public var mapping: [String: String]
    /// The file name of the program in patches.
    public static let codeName = "process.spy"
    /// The file name of the document in patches.
    public static let documentName = "process_document.md"

    /// A version.
    public init(
        process: ProcessID?,
        version: Int32,
        contentHash: String,
        code: String,
        document: String,
        mapping: [String: String]
    ) {
        self.process = process
        self.version = version
        self.contentHash = contentHash
        self.code = code
        self.document = document
        self.mapping = mapping
    }
}
