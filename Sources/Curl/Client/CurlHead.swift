/// Status and header of an answer.
public struct CurlHead: Sendable, Equatable {
    /// 200 to 599, or what the peer took for a status.
    public let status: Int
    /// Names in lower case, with values, in the order they came.
    public internal(set) var fields: [Field] = []

    /// One field of a header.
    public struct Field: Sendable, Equatable {
        /// In lower case.
        public let name: String
        /// Without white space around it.
        public let value: String
    }

    init(status: Int) { self.status = status }

    /// The first field of that name (in lower case), nil where there is none.
    public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// Puts an answer's head together from the lines that curl hands over (CURLOPT_HEADERFUNCTION(3)).
struct HeadReader {
    private let limit: Int
    private var bytes = 0
    private var partial: CurlHead?
    /// The head, once its last line has come. Lines after it are trailers, which nobody wants.
    private(set) var head: CurlHead?

    init(limit: Int) { self.limit = limit }

    /// Takes a line with its end.
    ///
    /// - Throws: `CurlError` (tooLarge, notHTTP).
    mutating func read(_ line: UnsafeRawBufferPointer) throws(CurlError) {
        guard head == nil else { return }
        bytes += line.count
        guard bytes <= limit else {
            throw CurlError(.tooLarge, "the answer's header has more than \(limit) bytes")
        }
        var text = line[...]
        while let last = text.last, last == 0x0a || last == 0x0d { text = text.dropLast() }
        if text.isEmpty {
            // The head of a 1xx is followed by another one (RFC 9110, 15.2).
            if let partial, partial.status >= 200 { head = partial }
        } else if text.starts(with: "HTTP/".utf8) {
            partial = CurlHead(status: try Self.status(text))
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: text[..<colon], as: UTF8.self).lowercased()
            partial?.fields.append(CurlHead.Field(name: name, value: Self.trimmed(text[(colon + 1)...])))
        }
    }

    private static func status(_ line: Slice<UnsafeRawBufferPointer>) throws(CurlError) -> Int {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)),
            (100...999).contains(status)
        else { throw CurlError(.notHTTP, "the answer's first line is not one of HTTP") }
        return status
    }

    private static func trimmed(_ value: Slice<UnsafeRawBufferPointer>) -> String {
        var value = value
        while let first = value.first, first == 0x20 || first == 0x09 { value = value.dropFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
        return String(decoding: value, as: UTF8.self)
    }
}
