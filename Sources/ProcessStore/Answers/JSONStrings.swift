/// Reads JSON objects of strings, as PostgreSQL writes out `jsonb`, past the general decoder, which takes ten times as long.
///
/// It never reads beyond its bytes. What it does not expect is an error, after which the general decoder may tell what is
/// wrong.
struct JSONStrings {
    /// Something else than the object of strings that was expected.
    struct Unexpected: Error {}

    /// A string's bytes: a part of the JSON text, or put together where it has escapes.
    struct Text {
        fileprivate let range: Range<Int>
        fileprivate var isEscaped = false
    }

    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    /// The strings that had escapes, put together one behind the other: never more than the JSON text, so room is made for them once.
    private var unescaped: [UInt8] = []

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Whether only white space is left.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return place == bytes.count
    }

    /// Reads an object: `member` is called with each key, and reads the value.
    mutating func object(_ member: (inout JSONStrings, Text) throws -> Void) throws {
        try expect(UInt8(ascii: "{"))
        if skip(UInt8(ascii: "}")) { return }
        repeat {
            let key = try string()
            try expect(UInt8(ascii: ":"))
            try member(&self, key)
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Lends a string's bytes.
    func withBytes<Result>(_ text: Text, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        guard text.isEscaped else { return try body(UnsafeRawBufferPointer(rebasing: bytes[text.range])) }
        return try unescaped.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[text.range])) }
    }

    /// Whether a string is this one.
    func isEqual(_ text: Text, _ other: StaticString) -> Bool {
        withBytes(text) { bytes in
            bytes.elementsEqual(
                UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
            )
        }
    }

    /// Reads `true` or `false`.
    mutating func boolean() throws(Unexpected) -> Bool {
        skipSpace()
        for (word, value) in [("true", true), ("false", false)] as [(StaticString, Bool)] {
            let count = word.utf8CodeUnitCount
            guard bytes.count - place >= count,
                bytes[place..<place + count].elementsEqual(
                    UnsafeBufferPointer(start: word.utf8Start, count: count)
                )
            else { continue }
            place += count
            return value
        }
        throw Unexpected()
    }

    /// Reads a string.
    mutating func string() throws(Unexpected) -> Text {
        try expect(UInt8(ascii: "\""))
        let start = place
        skipPlain()
        guard place < bytes.count else { throw Unexpected() }
        guard bytes[place] == UInt8(ascii: "\"") else { return try escapedString(from: start) }
        place += 1
        return Text(range: start..<place - 1)
    }

    /// Passes over what stands for itself in a string, eight bytes at a time.
    private mutating func skipPlain() {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quotes = ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
        while bytes.count - place >= 8 {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            // The first byte that is zero here has its highest bit set then. Those after it may have, those before it have not.
            let (quote, backslash) = (word ^ quotes, word ^ backslashes)
            let found = (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highs
            guard found == 0 else {
                place += found.trailingZeroBitCount / 8
                return
            }
            place += 8
        }
        while place < bytes.count, bytes[place] != UInt8(ascii: "\""), bytes[place] != UInt8(ascii: "\\") {
            place += 1
        }
    }

    private mutating func escapedString(from start: Int) throws(Unexpected) -> Text {
        if unescaped.isEmpty { unescaped.reserveCapacity(bytes.count - start) }
        let first = unescaped.count
        // What has no escapes in it is copied at once.
        var runStart = start
        while true {
            skipPlain()
            guard place < bytes.count else { throw Unexpected() }
            unescaped.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[runStart..<place]))
            place += 1
            if bytes[place - 1] == UInt8(ascii: "\"") {
                return Text(range: first..<unescaped.count, isEscaped: true)
            }
            try unescape()
            runStart = place
        }
    }

    /// What follows a backslash (RFC 8259, section 7).
    private mutating func unescape() throws(Unexpected) {
        guard place < bytes.count else { throw Unexpected() }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0c)
        case UInt8(ascii: "n"): unescaped.append(0x0a)
        case UInt8(ascii: "r"): unescaped.append(0x0d)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try hexadecimal())
            if (0xd800..<0xdc00).contains(code) {
                guard place + 1 < bytes.count, bytes[place] == UInt8(ascii: "\\"),
                    bytes[place + 1] == UInt8(ascii: "u")
                else { throw Unexpected() }
                place += 2
                let low = UInt32(try hexadecimal())
                guard (0xdc00..<0xe000).contains(low) else { throw Unexpected() }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw Unexpected() }
            unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw Unexpected()
        }
    }

    private mutating func hexadecimal() throws(Unexpected) -> UInt16 {
        guard bytes.count - place >= 4 else { throw Unexpected() }
        var value: UInt16 = 0
        for byte in bytes[place..<place + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw Unexpected()
            }
            value = value << 4 | UInt16(digit)
        }
        place += 4
        return value
    }

    private mutating func skipSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): place += 1
            default: return
            }
        }
    }

    /// Passes over a byte, if it is the next one.
    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(Unexpected) {
        guard skip(byte) else { throw Unexpected() }
    }
}
