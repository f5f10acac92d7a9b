internal import FoundationEssentials

/// Reads an answer's JSON.
enum JSONReading {
    /// Decodes a value, with U+FFFD in place of what is no text: a model's token may end in the middle of a character.
    ///
    /// - Returns: Nil where it is no JSON, or JSON of another shape.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        let decoder = JSONDecoder()
        if let value = try? decoder.decode(type, from: Data(bytes)) { return value }
        let repaired = repaired(bytes)
        guard repaired != bytes else { return nil }
        return try? decoder.decode(type, from: Data(repaired))
    }

    /// UTF-8 without ill-formed sequences, and without halves of a pair of surrogates among the escapes (RFC 8259, 7 and 8.2).
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        let bytes = Array(String(decoding: bytes, as: UTF8.self).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard let unit = escapedUnit(bytes, at: index), (0xd800...0xdfff).contains(unit) else {
                result += bytes[index...index + 1]
                index += 2
                continue
            }
            let next = escapedUnit(bytes, at: index + 6)
            if unit < 0xdc00, let next, (0xdc00...0xdfff).contains(next) {
                result += bytes[index..<index + 12]
                index += 12
            } else {
                result += "\u{fffd}".utf8
                index += 6
            }
        }
        return result
    }

    /// What `\uXXXX` at that place stands for.
    private static func escapedUnit(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
    }
}
