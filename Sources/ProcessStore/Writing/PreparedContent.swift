/// Contents ready to be written: everything that takes time is done.
struct PreparedContent: Sendable {
    let content: ProcessContent
    let hash: [UInt8]
    let documentJSON: String?
    let mappingJSON: String

    /// Encodes and hashes contents.
    init(_ content: ProcessContent) throws {
        self.content = content
        hash = ContentEncoding.hash(content)
        documentJSON = try ContentCoding.json(content.document)
        mappingJSON = try ContentCoding.json(content.stableMapping)
    }
}
