/// Methods of `int`, `bool` and `float`.
enum NumberMethods {
    static let integer: [String: NativeMethod] = [
        "bit_length": { machine, value, arguments throws(EngineError) in
            try arguments.none("int.bit_length")
            return .int(value.bigInteger?.bitLength ?? 0)
        },
        "bit_count": { machine, value, arguments throws(EngineError) in
            try arguments.none("int.bit_count")
            let number = value.bigInteger ?? .zero
            try machine.meter.charge(steps: number.magnitude.count / 16)
            return .int(number.bitCount)
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
            if length < 0 { throw .valueError("length argument must be non-negative") }
            let isLittle = try isLittleEndian(bound[1])
            let isSigned =
                try bound[2].map { (flag) throws(EngineError) in try machine.isTrue(flag) } ?? false
            guard let number = value.bigInteger, isSigned || !number.isNegative else {
                throw .overflowError("can't convert negative int to unsigned")
            }
            // The sign takes a bit; of a negative number, the bits of its complement count.
            let size = (number.isNegative ? try number.adding(.one, machine.meter) : number).bitLength
            guard size <= length * 8 - (isSigned ? 1 : 0) || length == 0 && number.isZero else {
                throw .overflowError("int too big to convert")
            }
            try machine.meter.charge(bytes: length)
            try machine.meter.charge(steps: length / 16)
            let whole =
                number.isNegative
                ? try number.adding(BigInteger.one.shiftedLeft(by: length * 8, machine.meter), machine.meter)
                : number
            var bytes: [UInt8] = []
            for index in 0..<length {
                let limb = index / 8 < whole.magnitude.count ? whole.magnitude[index / 8] : 0
                bytes.append(UInt8(truncatingIfNeeded: limb >> UInt(index % 8 * 8)))
            }
            if !isLittle { bytes.reverse() }
            return .object(BytesObject(bytes, machine.heap))
        },
    ]

    private static func isLittleEndian(_ order: Value?) throws(EngineError) -> Bool {
        guard let order else { return false }
        switch order.string?.text.string {
        case "little": return true
        case "big": return false
        default: throw .valueError("byteorder must be either 'little' or 'big'")
        }
    }

    /// `int.from_bytes`
    static let fromBytes: NativeMethod = { machine, value, arguments throws(EngineError) in
        let bound = try arguments.bind(
            "from_bytes",
            ["bytes", "byteorder", "signed"],
            required: 1,
            positional: 2
        )
        var bytes: [UInt8] = []
        if let known = bound[0]?.object(.bytes, as: BytesObject.self)?.bytes {
            bytes = known
        } else {
            for element in try machine.array(bound[0] ?? .none) {
                guard let byte = UInt8(exactly: try machine.intArgument(element)) else {
                    throw .valueError("bytes must be in range(0, 256)")
                }
                bytes.append(byte)
            }
        }
        if try isLittleEndian(bound[1]) { bytes.reverse() }
        let isSigned = try bound[2].map { (flag) throws(EngineError) in try machine.isTrue(flag) } ?? false
        return try machine.measured { () throws(EngineError) in
            let meter = machine.meter
            let digits = bytes.flatMap { [$0 >> 4, $0 & 15] }
            let number = try BigInteger(digits: digits, radix: 16, meter)
            guard isSigned, let top = bytes.first, top > 127 else { return machine.integer(number) }
            let modulus = try BigInteger.one.shiftedLeft(by: bytes.count * 8, meter)
            return machine.integer(try number.subtracting(modulus, meter))
        } ?? .none
    }

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
