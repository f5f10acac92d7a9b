/// A value of JSON (RFC 8259), read strictly and within limits.
enum JSONTree: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    /// The most bytes of a text that is read.
    static let maximumBytes = 512 << 10
    /// How deep arrays and objects may stand in each other.
    static let maximumDepth = 32

    /// The value that a text is, with nothing but white space around it.
    init(_ text: some Collection<UInt8>) throws(JSONProblem) {
        guard text.count <= JSONTree.maximumBytes else {
            throw JSONProblem(offset: 0, reason: "it is too long")
        }
        var reader = JSONTreeReader(Array(text))
        self = try reader.document()
    }

    subscript(key: String) -> JSONTree? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// What it is, in a word, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Why a text is no JSON.
struct JSONProblem: Error, Hashable {
    let offset: Int
    let reason: String
}

private struct JSONTreeReader {
    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONProblem) -> JSONTree {
        let tree = try value()
        skipSpace()
        guard index == bytes.count else { throw problem("something follows the value") }
        return tree
    }

    private func problem(_ reason: String) -> JSONProblem { JSONProblem(offset: index, reason: reason) }

    private var next: UInt8 { index < bytes.count ? bytes[index] : 0 }

    private mutating func skipSpace() {
        while next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { index += 1 }
    }

    private mutating func value() throws(JSONProblem) -> JSONTree {
        skipSpace()
        switch next {
        case "{": return try object()
        case "[": return try array()
        case "\"": return .string(try string())
        case let byte where byte == "-" || byte.isKind(.digit): return .number(try number())
        case "t": return try word("true", .boolean(true))
        case "f": return try word("false", .boolean(false))
        case "n": return try word("null", .null)
        default: throw problem(index < bytes.count ? "no value begins here" : "it ends too early")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONTree) throws(JSONProblem) -> JSONTree {
        for offset in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[offset] else { throw problem("no value begins here") }
            index += 1
        }
        return value
    }

    private mutating func open() throws(JSONProblem) {
        depth += 1
        guard depth <= JSONTree.maximumDepth else { throw problem("it nests too deep") }
        index += 1
        skipSpace()
    }

    private mutating func object() throws(JSONProblem) -> JSONTree {
        try open()
        defer { depth -= 1 }
        var members: [String: JSONTree] = [:]
        if next == "}" {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard next == "\"" else { throw problem("a name in quotes is missing") }
            let name = try string()
            skipSpace()
            guard next == ":" else { throw problem("a ':' is missing") }
            index += 1
            guard members.updateValue(try value(), forKey: name) == nil else {
                throw problem("a name comes twice")
            }
            skipSpace()
            if next == "," {
                index += 1
            } else if next == "}" {
                index += 1
                return .object(members)
            } else {
                throw problem("a ',' or '}' is missing")
            }
        }
    }

    private mutating func array() throws(JSONProblem) -> JSONTree {
        try open()
        defer { depth -= 1 }
        var values: [JSONTree] = []
        if next == "]" {
            index += 1
            return .array(values)
        }
        while true {
            values.append(try value())
            skipSpace()
            if next == "," {
                index += 1
            } else if next == "]" {
                index += 1
                return .array(values)
            } else {
                throw problem("a ',' or ']' is missing")
            }
        }
    }

    private mutating func number() throws(JSONProblem) -> Double {
        let start = index
        if next == "-" { index += 1 }
        let first = index
        while next.isKind(.digit) { index += 1 }
        guard index > first, index == first + 1 || bytes[first] != "0" else {
            throw problem("no number is written so")
        }
        if next == "." {
            index += 1
            guard next.isKind(.digit) else { throw problem("no number is written so") }
            while next.isKind(.digit) { index += 1 }
        }
        if next == "e" || next == "E" {
            index += 1
            if next == "+" || next == "-" { index += 1 }
            guard next.isKind(.digit) else { throw problem("no number is written so") }
            while next.isKind(.digit) { index += 1 }
        }
        guard index - start <= 64, let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)),
            value.isFinite
        else { throw problem("the number is too large") }
        return value
    }

    private mutating func string() throws(JSONProblem) -> String {
        index += 1
        var text: [UInt8] = []
        while true {
            let byte = next
            guard index < bytes.count else { throw problem("a string does not end") }
            index += 1
            switch byte {
            case "\"": return String(decoding: text, as: UTF8.self)
            case "\\": try escape(&text)
            case 0..<0x20: throw problem("a string holds a control character")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(_ text: inout [UInt8]) throws(JSONProblem) {
        let byte = next
        index += 1
        switch byte {
        case "\"", "\\", "/": text.append(byte)
        case "b": text.append(0x08)
        case "f": text.append(0x0C)
        case "n": text.append(0x0A)
        case "r": text.append(0x0D)
        case "t": text.append(0x09)
        case "u":
            var value = try fourDigits()
            if (0xD800..<0xDC00).contains(value), next == "\\", index + 1 < bytes.count,
                bytes[index + 1] == "u"
            {
                index += 2
                let low = try fourDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw problem("half a character") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw problem("half a character") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw problem("no such escape")
        }
    }

    private mutating func fourDigits() throws(JSONProblem) -> UInt32 {
        guard index + 4 <= bytes.count, bytes[index..<index + 4].allSatisfy({ $0.isKind(.hex) }),
            let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits are missing") }
        index += 4
        return value
    }
}
