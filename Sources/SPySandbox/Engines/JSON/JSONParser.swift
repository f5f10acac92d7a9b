/// Reads JSON as `json.loads` does, with the messages and positions of its `JSONDecodeError`.
struct JSONParser {
    private let text: Text
    private let meter: Meter
    private let keepsLiterals: Bool
    private var position = 0
    private var depth = 0
    /// Nesting at which CPython's own stack ends.
    private static let deepest = 990

    private init(_ text: Text, keepsLiterals: Bool, _ meter: Meter) {
        self.text = text
        self.keepsLiterals = keepsLiterals
        self.meter = meter
    }

    /// The value of a whole document; numbers as they are written, where that is wanted.
    static func parse(_ text: Text, keepsLiterals: Bool = false, _ meter: Meter) throws(EngineError)
        -> JSONValue
    {
        try meter.charge(steps: text.count / 16)
        var parser = JSONParser(text, keepsLiterals: keepsLiterals, meter)
        if !text.isEmpty, text[0] == 0xFEFF {
            throw parser.error("Unexpected UTF-8 BOM (decode using utf-8-sig)", at: 0)
        }
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == text.count else { throw parser.error("Extra data", at: parser.position) }
        return value
    }

    private func error(_ message: String, at position: Int) -> EngineError {
        var (line, column) = (1, position + 1)
        for index in 0..<min(position, text.count) where text[index] == 10 {
            line += 1
            column = position - index
        }
        let place = "line \(line) column \(column) (char \(position))"
        return .raise("json.decoder.JSONDecodeError", "\(message): \(place)", at: position)
    }

    private var peek: UInt32? { position < text.count ? text[position] : nil }

    private mutating func skipSpace() {
        while let character = peek, character == 32 || character == 10 || character == 13 || character == 9 {
            position += 1
        }
    }

    private mutating func value() throws(EngineError) -> JSONValue {
        try meter.charge(steps: 3)
        try meter.charge(bytes: 40)
        let start = position
        switch peek.flatMap({ Unicode.Scalar($0) }) {
        case "\"":
            position += 1
            return .string(try string())
        case "{": return try nested("object") { parser throws(EngineError) in try parser.object() }
        case "[": return try nested("array") { parser throws(EngineError) in try parser.array() }
        case "n" where take("null"): return .null
        case "t" where take("true"): return .bool(true)
        case "f" where take("false"): return .bool(false)
        case "N" where take("NaN"): return constant("NaN", .nan)
        case "I" where take("Infinity"): return constant("Infinity", .infinity)
        case "-" where take("-Infinity"): return constant("-Infinity", -.infinity)
        default:
            guard let number = try number() else { throw error("Expecting value", at: start) }
            return number
        }
    }

    private func constant(_ text: Text, _ number: Double) -> JSONValue {
        keepsLiterals ? .literal(text, .constant) : .float(number)
    }

    private mutating func take(_ word: String) -> Bool {
        var place = position
        for scalar in word.unicodeScalars {
            guard place < text.count, text[place] == scalar.value else { return false }
            place += 1
        }
        position = place
        return true
    }

    private mutating func nested(
        _ kind: String,
        _ body: (inout JSONParser) throws(EngineError) -> JSONValue
    ) throws(EngineError) -> JSONValue {
        guard depth < Self.deepest else {
            throw .raise(
                "RecursionError",
                "maximum recursion depth exceeded while decoding a JSON \(kind) from a unicode string"
            )
        }
        depth += 1
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(EngineError) -> JSONValue {
        var members: [JSONValue.Member] = []
        skipSpace()
        if peek == 0x7D {
            position += 1
            return .object(members)
        }
        while true {
            guard peek == 0x22 else {
                throw error("Expecting property name enclosed in double quotes", at: position)
            }
            position += 1
            let name = try string()
            skipSpace()
            guard peek == 0x3A else { throw error("Expecting ':' delimiter", at: position) }
            position += 1
            skipSpace()
            members.append(.init(name: name, value: try value()))
            skipSpace()
            if peek == 0x7D { break }
            guard peek == 0x2C else { throw error("Expecting ',' delimiter", at: position) }
            position += 1
            skipSpace()
        }
        position += 1
        return .object(members)
    }

    private mutating func array() throws(EngineError) -> JSONValue {
        var items: [JSONValue] = []
        skipSpace()
        if peek == 0x5D {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value())
            skipSpace()
            if peek == 0x5D { break }
            guard peek == 0x2C else { throw error("Expecting ',' delimiter", at: position) }
            position += 1
            skipSpace()
        }
        position += 1
        return .array(items)
    }

    private mutating func number() throws(EngineError) -> JSONValue? {
        let start = position
        var place = position
        func isDigit(_ place: Int) -> Bool { place < text.count && text[place] &- 48 < 10 }
        func skipDigits() { while isDigit(place) { place += 1 } }
        if place < text.count, text[place] == 0x2D { place += 1 }
        guard isDigit(place) else { return nil }
        if text[place] == 48 { place += 1 } else { skipDigits() }
        var isFloat = false
        if place < text.count, text[place] == 0x2E, isDigit(place + 1) {
            isFloat = true
            place += 1
            skipDigits()
        }
        if place < text.count, text[place] | 0x20 == 0x65 {
            let mark = place
            place += 1
            if place < text.count, text[place] == 0x2B || text[place] == 0x2D { place += 1 }
            if isDigit(place) {
                isFloat = true
                skipDigits()
            } else {
                place = mark
            }
        }
        position = place
        let literal = text.slice(start..<place)
        if keepsLiterals { return .literal(literal, isFloat ? .float : .integer) }
        return isFloat ? .float(try literal.float(meter)) : .integer(try literal.integer(meter))
    }

    /// A string behind its opening quote.
    private mutating func string() throws(EngineError) -> Text {
        let begin = position - 1
        var builder = TextBuilder()
        while true {
            let start = position
            while let character = peek, character != 0x22, character != 0x5C {
                if character <= 0x1F { throw error("Invalid control character at", at: position) }
                position += 1
            }
            try meter.charge(bytes: (position - start) * (text.isASCII ? 1 : 4))
            try meter.charge(steps: (position - start) / 32)
            builder.append(text, start..<position)
            guard let character = peek else { throw error("Unterminated string starting at", at: begin) }
            position += 1
            if character == 0x22 { return builder.finish() }
            guard let escaped = peek else { throw error("Unterminated string starting at", at: begin) }
            position += 1
            builder.append(escaped == 0x75 ? try unicodeEscape() : try escape(escaped))
            try meter.charge(bytes: 4)
        }
    }

    private func escape(_ character: UInt32) throws(EngineError) -> UInt32 {
        switch Unicode.Scalar(character) {
        case "\"", "\\", "/": return character
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        default: throw error("Invalid \\escape", at: position - 2)
        }
    }

    private mutating func unicodeEscape() throws(EngineError) -> UInt32 {
        let first = try hexadecimal()
        guard first & 0xFFFF_FC00 == 0xD800, position + 6 < text.count, text[position] == 0x5C,
            text[position + 1] == 0x75
        else { return first }
        let mark = position
        position += 2
        let second = try hexadecimal()
        if second & 0xFFFF_FC00 == 0xDC00 { return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF }
        position = mark
        return first
    }

    private mutating func hexadecimal() throws(EngineError) -> UInt32 {
        let start = position - 1
        func invalid() -> EngineError { error("Invalid \\uXXXX escape", at: start) }
        guard position + 4 < text.count else { throw invalid() }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let character = text[position]
            let digit = character &- 48 < 10 ? character - 48 : (character | 0x20) &- 87
            guard digit < 16, character < 128 else { throw invalid() }
            value = value << 4 | digit
            position += 1
        }
        return value
    }
}
