/// JSON's texts, where a whole encoder is too much: log lines, mappings and records of suggestions are written with it.
public enum JSONText {
    /// The text in quotation marks, with everything escaped that must be (RFC 8259, section 7).
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same, as bytes at the end of others.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            bytes.append(UInt8(ascii: "\""))
            var place = 0
            while true {
                // What needs no escapes is copied at once.
                let plain = plainCount(text, from: place)
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[place..<place + plain]))
                place += plain
                guard place < text.count else { break }
                escape(text[place], to: &bytes)
                place += 1
            }
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// How many bytes from a place on stand for themselves; eight are looked at at a time.
    private static func plainCount(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        let quotes = ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
        let spaces = ones &* UInt64(UInt8(ascii: " "))
        var place = start
        while text.count - place >= 8 {
            let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            // The first byte that has to be escaped has its highest bit set then. Those after it may have, those before it have not.
            let (quote, backslash) = (word ^ quotes, word ^ backslashes)
            let found =
                (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
                    | ((word &- spaces) & ~word)) & highs
            guard found == 0 else { return place - start + found.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < text.count, !isEscaped(text[place]) { place += 1 }
        return place - start
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < UInt8(ascii: " ") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case 0..<32:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
