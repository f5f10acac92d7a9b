internal import Crypto

/// The canonical encoding of what a version says: equal contents give equal bytes, on every machine and in every release.
///
/// `grimoire.content.1` and a line feed, then in this order: name, description, the document, code, mapping. A text is its
/// length in bytes as eight bytes, the most significant first, and its UTF-8. A document is the byte 0 where there is
/// none, else 1, its format, its text, its attributes, and a byte that is 1 where it was derived. Attributes and mapping are
/// their count, as a length, and their pairs of texts in the order of their keys' bytes.
///
/// Texts are taken as they are: two that only Unicode calls equal are different contents.
struct ContentEncoding {
    private(set) var bytes: [UInt8]

    /// The encoding of `content`.
    init(_ content: ProcessContent) {
        bytes = Array("grimoire.content.1\n".utf8)
        bytes.reserveCapacity(content.size + 1_024)
        append(content.name)
        append(content.description)
        append(content.document)
        append(content.spyCode)
        append(content.stableMapping)
    }

    /// SHA-256 over the encoding of `content`.
    static func hash(_ content: ProcessContent) -> [UInt8] {
        Array(SHA256.hash(data: ContentEncoding(content).bytes))
    }

    /// The encoding of a mapping alone: `grimoire.mapping.1` and a line feed, then the mapping as in that of contents.
    init(mapping: [String: String]) {
        bytes = Array("grimoire.mapping.1\n".utf8)
        append(mapping)
    }

    /// SHA-256 over the encoding of a mapping alone: what `GetProcessMapping` calls its content hash.
    static func hash(mapping: [String: String]) -> [UInt8] {
        Array(SHA256.hash(data: ContentEncoding(mapping: mapping).bytes))
    }

    private mutating func append(_ text: String) {
        append(text.utf8.count)
        bytes += text.utf8
    }

    private mutating func append(_ length: Int) {
        withUnsafeBytes(of: UInt64(length).bigEndian) { bytes += $0 }
    }

    private mutating func append(_ pairs: [String: String]) {
        append(pairs.count)
        for (key, value) in pairs.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            append(key)
            append(value)
        }
    }

    private mutating func append(_ document: ProcessContent.Document?) {
        guard let document else {
            bytes.append(0)
            return
        }
        bytes.append(1)
        append(document.format)
        append(document.text)
        append(document.attributes)
        bytes.append(document.isDerived ? 1 : 0)
    }
}

extension ProcessContent {
    /// Bytes of its texts: what work on it costs, roughly.
    var size: Int {
        name.utf8.count + description.utf8.count + spyCode.utf8.count + (document?.text.utf8.count ?? 0)
            + stableMapping.reduce(into: 0) { $0 += $1.key.utf8.count + $1.value.utf8.count + 16 }
    }
}
