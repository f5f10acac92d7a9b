/// One frame of HTTP/2, put together by hand so that it can be wrong (RFC 9113, section 4.1).
struct RawFrame: Sendable, Equatable {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let resetStream: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flag {
        static let none: UInt8 = 0
        /// The same bit as `endStream`, on SETTINGS and PING.
        static let acknowledgement: UInt8 = 1
        static let endStream: UInt8 = 1
        static let endHeaders: UInt8 = 4
        static let padded: UInt8 = 8
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    var kind: UInt8
    var flags: UInt8 = Flag.none
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let count = UInt32(payload.count)
        return [UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), kind, flags]
            + stream.bigEndianBytes + payload
    }

    /// The error code of RST_STREAM or GOAWAY.
    var errorCode: UInt32? {
        switch kind {
        case Kind.resetStream: UInt32(bigEndianBytes: payload.prefix(4))
        case Kind.goAway: UInt32(bigEndianBytes: payload.dropFirst(4).prefix(4))
        default: nil
        }
    }

    // MARK: Frames as they should be

    static func settings(_ values: [(UInt16, UInt32)] = []) -> RawFrame {
        RawFrame(
            kind: Kind.settings,
            payload: values.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] + $1.bigEndianBytes }
        )
    }

    static let settingsAcknowledgement = RawFrame(kind: Kind.settings, flags: Flag.acknowledgement)

    static func ping(_ number: UInt64 = 0) -> RawFrame {
        RawFrame(kind: Kind.ping, payload: withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(kind: Kind.windowUpdate, stream: stream, payload: increment.bigEndianBytes)
    }

    static func resetStream(_ stream: UInt32, _ errorCode: UInt32) -> RawFrame {
        RawFrame(kind: Kind.resetStream, stream: stream, payload: errorCode.bigEndianBytes)
    }

    static func priority(_ stream: UInt32, on parent: UInt32 = 0) -> RawFrame {
        RawFrame(kind: Kind.priority, stream: stream, payload: parent.bigEndianBytes + [15])
    }

    static func goAway(last: UInt32, _ errorCode: UInt32 = 0, _ text: String = "") -> RawFrame {
        RawFrame(
            kind: Kind.goAway,
            payload: last.bigEndianBytes + errorCode.bigEndianBytes + Array(text.utf8)
        )
    }

    static func data(_ stream: UInt32, _ payload: [UInt8], end: Bool = false) -> RawFrame {
        RawFrame(kind: Kind.data, flags: end ? Flag.endStream : 0, stream: stream, payload: payload)
    }

    /// A header block in one frame: every field a literal without indexing, no Huffman (RFC 7541, section 6.2.2).
    static func headers(_ stream: UInt32, _ fields: [(String, String)], end: Bool = false) -> RawFrame {
        RawFrame(
            kind: Kind.headers,
            flags: Flag.endHeaders | (end ? Flag.endStream : 0),
            stream: stream,
            payload: block(fields)
        )
    }

    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0x00] + text($0) + text($1) }
    }

    /// A string with its length as an integer of seven bits and more (RFC 7541, section 5.1).
    static func text(_ text: String) -> [UInt8] {
        integer(text.utf8.count, prefix: 127) + Array(text.utf8)
    }

    static func integer(_ value: Int, prefix: Int) -> [UInt8] {
        guard value >= prefix else { return [UInt8(value)] }
        var bytes = [UInt8(prefix)]
        var rest = value - prefix
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// The fields of a call of gRPC's.
    static func call(_ method: String) -> [(String, String)] {
        [
            (":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/\(method)"),
            (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers"),
        ]
    }

    /// A message with its prefix, which declares `length` where that is given.
    static func message(_ bytes: [UInt8], declaring length: UInt32? = nil) -> [UInt8] {
        [0] + (length ?? UInt32(bytes.count)).bigEndianBytes + bytes
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }

    init(bigEndianBytes bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
