/// JSON that who asked for the run gave: arguments and the answers of actions.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private let machine: Machine
    private var depth = 0

    private static let largestDepth = 100

    private init(_ bytes: [UInt8], _ machine: Machine) {
        self.bytes = bytes
        self.machine = machine
    }

    static func read(_ json: String, _ machine: Machine) throws(EngineError) -> Value {
        try machine.meter.charge(steps: json.utf8.count / 8)
        var reader = JSONReader(Array(json.utf8), machine)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == reader.bytes.count else { throw reader.invalid() }
        return value
    }

    private func invalid() -> EngineError { .valueError("not valid JSON at byte \(position)") }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard peek == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    private mutating func value() throws(EngineError) -> Value {
        skipSpace()
        guard depth < Self.largestDepth else { throw invalid() }
        depth += 1
        defer { depth -= 1 }
        switch peek {
        case UInt8(ascii: "\""): return try machine.string(text())
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "{"): return try dict()
        case UInt8(ascii: "t") where take(word: "true"): return .true
        case UInt8(ascii: "f") where take(word: "false"): return .false
        case UInt8(ascii: "n") where take(word: "null"): return .none
        default: return try number()
        }
    }

    private mutating func list() throws(EngineError) -> Value {
        position += 1
        let list = ListObject(machine.heap)
        if take("]") { return .object(list) }
        repeat { try list.append(value()) } while take(",")
        guard take("]") else { throw invalid() }
        return .object(list)
    }

    private mutating func dict() throws(EngineError) -> Value {
        position += 1
        let dict = DictObject(machine.heap)
        if take("}") { return .object(dict) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw invalid() }
            let key = try machine.string(text())
            guard take(":") else { throw invalid() }
            try dict.set(key, value())
        } while take(",")
        guard take("}") else { throw invalid() }
        return .object(dict)
    }

    private mutating func number() throws(EngineError) -> Value {
        let start = position
        var isFloat = false
        while let byte = peek {
            switch byte {
            case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"): position += 1
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                isFloat = true
                position += 1
            default:
                return try number(start, isFloat)
            }
        }
        return try number(start, isFloat)
    }

    private func number(_ start: Int, _ isFloat: Bool) throws(EngineError) -> Value {
        let digits = bytes[start..<position]
        guard !digits.isEmpty else { throw invalid() }
        if isFloat {
            guard let value = FloatText.parse(digits) else { throw invalid() }
            return .float(value)
        }
        let machine = machine
        return try machine.measured { () throws(EngineError) in
            machine.integer(try Text(ascii: Array(digits)).integer(machine.meter))
        } ?? .none
    }

    private mutating func text() throws(EngineError) -> Text {
        position += 1
        var points: [UInt8] = []
        var wide: [UInt32] = []
        func flush(_ wide: inout [UInt32], _ points: inout [UInt8]) {
            wide += CodePoints.decode(points)
            points = []
        }
        while let byte = peek {
            position += 1
            if byte == UInt8(ascii: "\"") {
                flush(&wide, &points)
                return Text(codePoints: wide)
            }
            guard byte == UInt8(ascii: "\\") else {
                points.append(byte)
                continue
            }
            guard let escape = peek else { throw invalid() }
            position += 1
            switch escape {
            case UInt8(ascii: "n"): points.append(10)
            case UInt8(ascii: "t"): points.append(9)
            case UInt8(ascii: "r"): points.append(13)
            case UInt8(ascii: "b"): points.append(8)
            case UInt8(ascii: "f"): points.append(12)
            case UInt8(ascii: "u"):
                flush(&wide, &points)
                var unit = try hex()
                if unit & 0xFC00 == 0xD800, bytes[position...].starts(with: "\\u".utf8) {
                    position += 2
                    let low = try hex()
                    unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
                }
                wide.append(unit)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): points.append(escape)
            default: throw invalid()
            }
        }
        throw invalid()
    }

    private mutating func hex() throws(EngineError) -> UInt32 {
        guard position + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
        else { throw invalid() }
        position += 4
        return value
    }
}
