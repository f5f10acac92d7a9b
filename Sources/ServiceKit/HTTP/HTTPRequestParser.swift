/// A request without a body, read from bytes as they come: `GET` and `HEAD` over HTTP/1.0 and 1.1, and nothing else.
///
/// A value that does no I/O. It takes what RFC 9112 says and no more: lines end with CR LF, nothing stands before a colon but
/// a name, and whatever could be read in two ways is refused, so that nothing can be hidden from whoever stands before us.
struct HTTPRequestParser: Sendable {
    /// What came.
    struct Request: Sendable, Equatable {
        /// Whether the answer is sent without its body.
        let isHead: Bool
        /// The path without the query.
        let path: String
        /// Whether the connection may serve another request.
        let isPersistent: Bool
    }

    /// Why a request is not read to its end. The connection is closed after the answer.
    enum Refusal: Int, Error, Sendable, Equatable {
        case badRequest = 400
        case methodNotAllowed = 405
        case contentTooLarge = 413
        case uriTooLong = 414
        case headersTooLarge = 431
        case versionNotSupported = 505
    }

    /// The longest first line.
    static let maxLineBytes = 1_024
    /// The longest head, the first line included.
    static let maxHeadBytes = 8_192
    /// How many fields a head may have.
    static let maxFields = 64

    private var bytes: [UInt8] = []
    private var hasSkippedLine = false

    /// Whether nothing has come of the next request.
    var isEmpty: Bool { bytes.isEmpty }

    /// Takes what came.
    mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

    /// The next request, once all of it has come; nil until then.
    mutating func next() throws(Refusal) -> Request? {
        // One empty line before a request is borne (RFC 9112, section 2.2).
        if !hasSkippedLine, bytes.starts(with: [13, 10]) {
            bytes.removeFirst(2)
            hasSkippedLine = true
        }
        guard let end = Self.endOfHead(bytes) else {
            // What has come is judged as far as it can be: the first line is not waited for for ever.
            if bytes.count > Self.maxLineBytes, !bytes.prefix(Self.maxLineBytes).contains(10) {
                throw .uriTooLong
            }
            guard bytes.count <= Self.maxHeadBytes else { throw .headersTooLarge }
            return nil
        }
        guard end <= Self.maxHeadBytes else { throw .headersTooLarge }
        let request = try Self.parse(bytes[..<end])
        bytes.removeFirst(end)
        hasSkippedLine = false
        return request
    }

    /// The position after the empty line.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        var index = 3
        while index < min(bytes.count, maxHeadBytes + 4) {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10, bytes[index - 3] == 13 {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    private static func parse(_ head: ArraySlice<UInt8>) throws(Refusal) -> Request {
        // First, as it is judged of a line that has not come to its end.
        guard head.prefix(maxLineBytes).contains(10) else { throw .uriTooLong }
        var lines: [ArraySlice<UInt8>] = []
        var rest = head.dropLast(2)
        while let end = rest.firstIndex(of: 10) {
            guard end > rest.startIndex, rest[end - 1] == 13 else { throw .badRequest }
            lines.append(rest[rest.startIndex..<(end - 1)])
            rest = rest[(end + 1)...]
        }
        // Control characters have no place in a head, a tab between words aside.
        let isClean = lines.allSatisfy { line in line.allSatisfy { ($0 >= 32 && $0 != 127) || $0 == 9 } }
        guard let first = lines.first, isClean, rest.isEmpty else { throw .badRequest }
        guard lines.count - 1 <= maxFields else { throw .headersTooLarge }
        let start = try startLine(first)
        var fields = Fields()
        for line in lines.dropFirst() { try fields.add(line) }
        guard start.isOld || fields.hosts == 1, fields.hosts <= 1 else { throw .badRequest }
        guard !fields.hasBody else { throw .contentTooLarge }
        return Request(
            isHead: start.isHead,
            path: start.path,
            isPersistent: start.isOld ? fields.keepsAlive : !fields.closes
        )
    }

    private struct StartLine {
        let isHead: Bool
        let path: String
        let isOld: Bool
    }

    private static func startLine(_ line: ArraySlice<UInt8>) throws(Refusal) -> StartLine {
        let words = line.split(separator: 32, omittingEmptySubsequences: false)
        guard words.count == 3, words.allSatisfy({ !$0.isEmpty }), !line.contains(9) else {
            throw .badRequest
        }
        let isOld: Bool
        switch String(decoding: words[2], as: UTF8.self) {
        case "HTTP/1.1": isOld = false
        case "HTTP/1.0": isOld = true
        case let version where version.hasPrefix("HTTP/"): throw .versionNotSupported
        default: throw .badRequest
        }
        guard words[0].allSatisfy(isTokenByte) else { throw .badRequest }
        let isHead: Bool
        switch String(decoding: words[0], as: UTF8.self) {
        case "GET": isHead = false
        case "HEAD": isHead = true
        default: throw .methodNotAllowed
        }
        var target = words[1]
        if !target.starts(with: [47]) {
            // The absolute form, as a proxy is asked (RFC 9112, section 3.2.2).
            guard target.starts(with: Array("http://".utf8)) else { throw .badRequest }
            target = target.dropFirst(7)
            target = target.firstIndex(of: 47).map { target[$0...] } ?? [47]
        }
        guard target.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw .badRequest }
        let path = target.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return StartLine(isHead: isHead, path: String(decoding: path, as: UTF8.self), isOld: isOld)
    }

    /// Of all fields, those that change how the request is read.
    private struct Fields {
        var hosts = 0
        var hasBody = false
        var closes = false
        var keepsAlive = false

        mutating func add(_ line: ArraySlice<UInt8>) throws(Refusal) {
            // A name, with no space before the colon; a line that goes on the one before begins with a space.
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(isTokenByte)
            else { throw .badRequest }
            let value = String(decoding: line[(colon + 1)...], as: UTF8.self).lowercased()
                .split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "host": hosts += 1
            case "transfer-encoding": hasBody = true
            case "content-length":
                guard !value.isEmpty, value.utf8.allSatisfy({ (48...57).contains($0) }) else {
                    throw .badRequest
                }
                if value.utf8.contains(where: { $0 != 48 }) { hasBody = true }
            case "connection":
                for option in value.split(separator: ",") {
                    switch option.split(separator: " ").joined() {
                    case "close": closes = true
                    case "keep-alive": keepsAlive = true
                    default: break
                    }
                }
            default: break
            }
        }
    }
}

/// A character of a name (RFC 9110, section 5.6.2).
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
