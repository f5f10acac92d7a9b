extension Text {
    /// `repr(str)`.
    func repr(_ meter: Meter) throws(EngineError) -> Text {
        try quoted(meter, keeps: UnicodeData.isPrintable)
    }

    /// `ascii(str)`.
    func asciiRepr(_ meter: Meter) throws(EngineError) -> Text {
        try quoted(meter) { $0 >= 32 && $0 < 127 }
    }

    private func quoted(_ meter: Meter, keeps: (UInt32) -> Bool) throws(EngineError) -> Text {
        try meter.charge(bytes: byteCount + 2)
        try meter.charge(steps: isASCII ? count / 16 : count)
        var (hasSingle, hasDouble) = (false, false)
        for index in 0..<count {
            if self[index] == 39 { hasSingle = true }
            if self[index] == 34 { hasDouble = true }
        }
        let quote: UInt32 = hasSingle && !hasDouble ? 34 : 39
        var builder = TextBuilder(capacity: count + 2)
        builder.append(quote)
        for index in 0..<count {
            let point = self[index]
            switch point {
            case quote, 92:
                builder.append(92)
                builder.append(point)
            case 9: builder.append("\\t")
            case 10: builder.append("\\n")
            case 13: builder.append("\\r")
            case _ where keeps(point): builder.append(point)
            case 0..<0x100: builder.append("\\x" + Self.hex(point, width: 2))
            case 0x100..<0x10000: builder.append("\\u" + Self.hex(point, width: 4))
            default: builder.append("\\U" + Self.hex(point, width: 8))
            }
        }
        builder.append(quote)
        return builder.finish()
    }

    static func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}
