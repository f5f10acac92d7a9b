/// Methods of `bytes`, as far as programs of this kind meet bytes at all.
enum BytesMethods {
    private static func bytes(_ value: Value) -> [UInt8] {
        value.object(.bytes, as: BytesObject.self)?.bytes ?? []
    }

    static let table: [String: NativeMethod] = [
        "decode": { machine, value, arguments throws(EngineError) in
            let codec = try codec(arguments.bind("decode", ["encoding", "errors"]), "decode")
            return try machine.text { () throws(EngineError) in
                try codec.decode(bytes(value), machine.meter)
            }
        },
        "hex": { machine, value, arguments throws(EngineError) in
            try arguments.none("bytes.hex")
            try machine.meter.charge(steps: bytes(value).count / 4)
            let digits = Array("0123456789abcdef".utf8)
            return try machine.string(
                Text(ascii: bytes(value).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
            )
        },
    ]

    private static func codec(_ bound: [Value?], _ function: String) throws(EngineError) -> Codec {
        func text(_ index: Int, _ name: String, _ fallback: String) throws(EngineError) -> String {
            guard let value = bound[index] else { return fallback }
            if let string = value.string { return string.text.string }
            throw .typeError(
                "\(function)() argument '\(name)' must be str, not \(TypeNames.argumentName(of: value))"
            )
        }
        return try Codec(
            encoding: text(0, "encoding", "utf-8"),
            errors: text(1, "errors", "strict")
        )
    }

    static func encode(_ machine: Machine, _ text: Text, _ arguments: Arguments) throws(EngineError) -> Value
    {
        let codec = try codec(arguments.bind("encode", ["encoding", "errors"]), "encode")
        let bytes = try codec.encode(text, machine.meter)
        try machine.meter.charge(bytes: bytes.count)
        return .object(BytesObject(bytes, machine.heap))
    }

    static func repr(_ bytes: [UInt8]) -> Text {
        let quote: UInt8 = bytes.contains(39) && !bytes.contains(34) ? 34 : 39
        var shown: [UInt8] = [UInt8(ascii: "b"), quote]
        for byte in bytes {
            switch byte {
            case quote, 92: shown += [92, byte]
            case 9: shown += Array("\\t".utf8)
            case 10: shown += Array("\\n".utf8)
            case 13: shown += Array("\\r".utf8)
            case 32..<127: shown.append(byte)
            default: shown += Array(("\\x" + Text.hex(UInt32(byte), width: 2)).utf8)
            }
        }
        shown.append(quote)
        return Text(ascii: shown)
    }
}

/// UTF-8 and code points.
enum CodePoints {
    /// UTF-8 in which surrogates may be encoded as three bytes like other code points, as the parser gives it.
    static func decode(_ bytes: some Collection<UInt8>) -> [UInt32] {
        var points: [UInt32] = []
        points.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let first = iterator.next() {
            var (point, more): (UInt32, Int)
            switch first {
            case 0..<0x80: (point, more) = (UInt32(first), 0)
            case 0xC0..<0xE0: (point, more) = (UInt32(first & 0x1F), 1)
            case 0xE0..<0xF0: (point, more) = (UInt32(first & 0x0F), 2)
            default: (point, more) = (UInt32(first & 0x07), 3)
            }
            while more > 0, let next = iterator.next() {
                point = point << 6 | UInt32(next & 0x3F)
                more -= 1
            }
            points.append(point)
        }
        return points
    }
}

extension BigInteger {
    /// The value of a literal in digits, with `0x`, `0o` or `0b` before them or without.
    init?(literal: [UInt8], _ meter: Meter) {
        var (radix, digits) = (10, literal[...])
        if literal.count > 2, literal[0] == UInt8(ascii: "0") {
            switch literal[1] | 0x20 {
            case UInt8(ascii: "x"): radix = 16
            case UInt8(ascii: "o"): radix = 8
            case UInt8(ascii: "b"): radix = 2
            default: break
            }
            if radix != 10 { digits = literal.dropFirst(2) }
        }
        let values = digits.map { $0 < 58 ? $0 - 48 : ($0 | 0x20) - 87 }
        do throws(EngineError) {
            try self.init(digits: values, radix: radix, meter)
        } catch {
            return nil
        }
    }
}
