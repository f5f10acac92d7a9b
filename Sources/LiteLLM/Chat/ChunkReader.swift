/// Reads chunks as providers send nearly all of them: one choice with a piece of text, no usage, no error.
///
/// A word of a model is a few letters in 200 bytes of JSON, and thousands of chats stream at once: the general decoder takes ten times
/// as long as everything else that a word goes through. What is read here is what ``AnswerBody`` says; whatever is unusual, or not JSON
/// (RFC 8259), is left to that.
struct ChunkReader {
    private let bytes: [UInt8]
    private var index = 0

    /// How deep values that nobody needs may be.
    private static let maxDepth = 16

    /// The chunk that an event's data is; nil where the general decoder has to look.
    static func chunk(_ data: [UInt8]) -> ChatChunk? {
        var reader = ChunkReader(data)
        guard let chunk = reader.chunk() else { return nil }
        reader.skipSpace()
        return reader.index == reader.bytes.count ? chunk : nil
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: What chunks are made of

    private mutating func chunk() -> ChatChunk? {
        var chunk = ChatChunk(text: "")
        var (hasChoices, hasModel) = (false, false)
        let isWhole = object { reader, key in
            switch key {
            case "choices":
                guard !hasChoices else { return false }
                hasChoices = true
                return reader.choices(&chunk)
            case "model":
                guard !hasModel else { return false }
                hasModel = true
                return reader.text(or: &chunk.model)
            case "usage", "error": return reader.null()
            default: return reader.skipValue(depth: 0)
            }
        }
        return isWhole && hasChoices ? chunk : nil
    }

    /// A list of one choice, or of none.
    private mutating func choices(_ chunk: inout ChatChunk) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        var (hasDelta, hasReason) = (false, false)
        let isWhole = object { reader, key in
            switch key {
            case "delta":
                guard !hasDelta else { return false }
                hasDelta = true
                return reader.null() || reader.delta(&chunk)
            case "message": return false
            case "finish_reason":
                guard !hasReason else { return false }
                hasReason = true
                return reader.text(or: &chunk.finishReason)
            default: return reader.skipValue(depth: 0)
            }
        }
        return isWhole && take(UInt8(ascii: "]"))
    }

    private mutating func delta(_ chunk: inout ChatChunk) -> Bool {
        var content: String?
        var hasContent = false
        let isWhole = object { reader, key in
            guard key == "content" else { return reader.skipValue(depth: 0) }
            guard !hasContent else { return false }
            hasContent = true
            return reader.text(or: &content)
        }
        chunk.text = content ?? ""
        return isWhole
    }

    // MARK: JSON

    /// An object, whose values `member` reads.
    private mutating func object(_ member: (inout ChunkReader, String) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard let key = string(), take(UInt8(ascii: ":")), member(&self, key) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// A text, or null, which leaves `value` nil.
    private mutating func text(or value: inout String?) -> Bool {
        if null() { return true }
        value = string()
        return value != nil
    }

    /// A string without escapes of halves of characters.
    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return String(validating: bytes[start..<index], as: UTF8.self)
            case UInt8(ascii: "\\"): return escaped(from: start)
            case 0..<0x20: return nil
            default: index += 1
            }
        }
        return nil
    }

    /// The rest of a string that has an escape here.
    private mutating func escaped(from start: Int) -> String? {
        var text = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            guard let unit = unit(), let scalar = Unicode.Scalar(unit) else { return false }
            text += UTF8.encode(scalar).map { Array($0) } ?? []
        default: return false
        }
        return true
    }

    /// Four hexadecimal digits.
    private mutating func unit() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    private mutating func null() -> Bool { word("null") }

    /// Any value.
    private mutating func skipValue(depth: Int) -> Bool {
        skipSpace()
        guard depth < Self.maxDepth, index < bytes.count else { return false }
        switch bytes[index] {
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "{"): return object { reader, _ in reader.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            index += 1
            if take(UInt8(ascii: "]")) { return true }
            repeat {
                guard skipValue(depth: depth + 1) else { return false }
            } while take(UInt8(ascii: ","))
            return take(UInt8(ascii: "]"))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return skipNumber()
        default: return word("null") || word("true") || word("false")
        }
    }

    /// A number without an exponent.
    private mutating func skipNumber() -> Bool {
        _ = takeHere(UInt8(ascii: "-"))
        let start = index
        guard skipDigits() else { return false }
        if bytes[start] == UInt8(ascii: "0"), index > start + 1 { return false }
        if takeHere(UInt8(ascii: ".")), !skipDigits() { return false }
        return index == bytes.count || bytes[index] | 0x20 != UInt8(ascii: "e")
    }

    private mutating func skipDigits() -> Bool {
        let start = index
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
            index += 1
        }
        return index > start
    }

    private mutating func word(_ word: StaticString) -> Bool {
        skipSpace()
        guard index + word.utf8CodeUnitCount <= bytes.count else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[index + offset] != word.utf8Start[offset] {
            return false
        }
        index += word.utf8CodeUnitCount
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        return takeHere(byte)
    }

    private mutating func takeHere(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
