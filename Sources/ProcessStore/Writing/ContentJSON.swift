/// What of a version's content is stored as JSON.
struct ContentJSON: Sendable {
    let document: String?
    let mapping: String
}

extension ContentJSON {
    /// The JSON of contents.
    ///
    /// - Parameters:
    ///   - content: What the version says.
    ///   - previous: The version before; nil for the first.
    ///   - hasSameMapping: Whether that one's mapping is known to be the same.
    init(_ content: ProcessContent, after previous: UpdateBase?, hasSameMapping: Bool) {
        if let previous, hasSameMapping {
            mapping = previous.json.mapping
        } else {
            mapping = ContentCoding.json(content.stableMapping)
        }
        if let previous, Self.isSame(content.document, previous.content.document) {
            document = previous.json.document
        } else {
            document = ContentCoding.json(content.document)
        }
    }

    /// Whether documents are the same byte by byte, where that is quickly said; Unicode calls more equal.
    private static func isSame(
        _ left: ProcessContent.Document?,
        _ right: ProcessContent.Document?
    ) -> Bool {
        guard let left, let right else { return false }
        return left.isDerived == right.isDerived && left.attributes.isEmpty && right.attributes.isEmpty
            && left.format.hasSameBytes(as: right.format) && left.text.hasSameBytes(as: right.text)
    }
}
