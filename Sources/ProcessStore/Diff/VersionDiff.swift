/// What changed from one version to another. A pure value.
struct VersionDiff: Sendable {
    /// Lines of all hunks together; the rest is left out.
    static let lineLimit = 20_000
    /// Bytes of all lines and values together; the rest is left out.
    static let byteLimit = 2 << 20

    /// Name, description, format and attributes of the document.
    private(set) var values: [ValueDiff]
    private(set) var document: [TextDiff.Hunk]
    private(set) var code: [TextDiff.Hunk]
    private(set) var mapping: [ValueDiff]
    /// Whether something is left out.
    private(set) var isTruncated = false

    /// Compares two versions.
    init(_ old: ProcessContent, _ new: ProcessContent) {
        values = ValueDiff.between(Self.values(of: old), Self.values(of: new))
        mapping = ValueDiff.between(old.stableMapping, new.stableMapping)
        code = TextDiff(old.spyCode, new.spyCode).hunks
        document = TextDiff(old.document?.text ?? "", new.document?.text ?? "").hunks
        limit()
    }

    private static func values(of content: ProcessContent) -> [String: String] {
        var values = ["name": content.name, "description": content.description]
        if let document = content.document {
            values["process_document.format"] = document.format
            for (name, value) in document.attributes {
                values["process_document.attributes[\"\(name)\"]"] = value
            }
        }
        return values
    }

    private mutating func limit() {
        var (lines, bytes) = (0, 0)
        func fits(_ moreLines: Int, _ moreBytes: Int) -> Bool {
            lines += moreLines
            bytes += moreBytes
            return lines <= Self.lineLimit && bytes <= Self.byteLimit
        }
        let whole = (values.count, code.count, document.count, mapping.count)
        values = Array(values.prefix { fits(1, $0.size) })
        code = Array(code.prefix { fits($0.lines.count, $0.size) })
        document = Array(document.prefix { fits($0.lines.count, $0.size) })
        mapping = Array(mapping.prefix { fits(1, $0.size) })
        isTruncated = whole != (values.count, code.count, document.count, mapping.count)
    }
}

extension ValueDiff {
    fileprivate var size: Int { key.utf8.count + old.utf8.count + new.utf8.count }
}

extension TextDiff.Hunk {
    fileprivate var size: Int { lines.reduce(0) { $0 + $1.text.utf8.count } }
}
