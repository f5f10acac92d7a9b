/// Methods of `int`, `bool` and `float`.
enum NumberMethods {
    static let integer: [String: NativeMethod] = [
        "bit_length": { machine, value, arguments throws(EngineError) in
            try arguments.none("int.bit_length")
            return .int(value.bigInteger?.bitLength ?? 0)
        },
        "bit_count": { machine, value, arguments throws(EngineError) in
            try arguments.none("int.bit_count")
            return .int(value.bigInteger?.bitCount ?? 0)
        },
        "conjugate": { machine, value, arguments throws(EngineError) in value },
        "as_integer_ratio": { machine, value, arguments throws(EngineError) in
            try arguments.none("int.as_integer_ratio")
            return machine.tuple([value, .int(1)])
        },
        "to_bytes": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("to_bytes", ["length", "byteorder", "signed"], positional: 2)
            let length =
                try bound[0].map { (length) throws(EngineError) in try machine.intArgument(length) } ?? 1
            guard let number = value.bigInteger, !number.isNegative else {
                throw .overflowError("can't convert negative int to unsigned")
            }
            guard number.bitLength <= length * 8 else { throw .overflowError("int too big to convert") }
            try machine.meter.charge(bytes: length)
            var bytes: [UInt8] = []
            for index in 0..<length {
                let limb = index / 8 < number.magnitude.count ? number.magnitude[index / 8] : 0
                bytes.append(UInt8(truncatingIfNeeded: limb >> UInt(index % 8 * 8)))
            }
            if bound[1]?.string?.text != "little" { bytes.reverse() }
            return .object(BytesObject(bytes, machine.heap))
        },
    ]

    static let float: [String: NativeMethod] = [
        "is_integer": { machine, value, arguments throws(EngineError) in
            try arguments.none("float.is_integer")
            guard case .float(let number) = value else { return .false }
            return .bool(number.isFinite && number.rounded(.towardZero) == number)
        },
        "conjugate": { machine, value, arguments throws(EngineError) in value },
        "hex": { machine, value, arguments throws(EngineError) in
            try arguments.none("float.hex")
            guard case .float(let number) = value else { return .none }
            return try machine.string(FloatText.hex(number))
        },
        "as_integer_ratio": { machine, value, arguments throws(EngineError) in
            try arguments.none("float.as_integer_ratio")
            guard case .float(let number) = value else { return .none }
            let ratio = try FloatArithmetic.integerRatio(number)
            return machine.tuple([machine.integer(ratio.numerator), machine.integer(ratio.denominator)])
        },
    ]
}
