extension Decimal {
    /// `Decimal(text)`, exactly.
    init(_ text: Text, _ context: DecimalContext, _ meter: Meter) throws(EngineError) {
        try meter.charge(steps: text.count / 8)
        try meter.charge(bytes: text.count)
        guard let literal = DecimalLiteral(text) else {
            self = try context.invalid(.conversionSyntax)
            return
        }
        switch literal.form {
        case .infinity: self.init(isNegative: literal.isNegative, kind: .infinity)
        case .nan(let isSignaling):
            let payload = try BigInteger(digits: literal.digits, radix: 10, meter)
            self.init(isNegative: literal.isNegative, kind: .nan(payload: payload, isSignaling: isSignaling))
        case .number:
            let coefficient = try BigInteger(digits: literal.digits, radix: 10, meter)
            guard literal.exponent.magnitude < DecimalLiteral.largestExponent / 2 else {
                self = try context.invalid()
                return
            }
            self.init(isNegative: literal.isNegative, coefficient, literal.exponent)
        }
    }

    /// `str`, or `to_eng_string` with exponents that are multiples of three.
    func text(isEngineering: Bool = false, _ context: DecimalContext, _ meter: Meter) throws(EngineError)
        -> String
    {
        let sign = isNegative ? "-" : ""
        switch kind {
        case .infinity: return sign + "Infinity"
        case .nan(let payload, let isSignaling):
            let digits = payload.isZero ? "" : try payload.unlimitedDecimalDigits(meter)
            return sign + (isSignaling ? "sNaN" : "NaN") + digits
        case .finite(let coefficient, let exponent):
            let digits = Array(try coefficient.unlimitedDecimalDigits(meter).utf8)
            let left = exponent + digits.count
            var point = 1
            if exponent <= 0, left > -6 {
                point = left
            } else if isEngineering {
                let step = coefficient.isZero ? left + 1 : left - 1
                let offset = ((step % 3) + 3) % 3
                point = coefficient.isZero ? offset - 1 : offset + 1
            }
            let (whole, fraction) = Self.split(digits, point)
            var text = sign + String(decoding: whole, as: UTF8.self)
            if !fraction.isEmpty { text += "." + String(decoding: fraction, as: UTF8.self) }
            let shift = left - point
            if shift != 0 {
                text += "\(context.hasCapitals ? "E" : "e")\(shift < 0 ? "-" : "+")\(shift.magnitude)"
            }
            return text
        }
    }

    /// Digits before and behind a point that may lie outside them.
    private static func split(_ digits: [UInt8], _ point: Int) -> (whole: [UInt8], fraction: [UInt8]) {
        if point <= 0 { return ([48], [UInt8](repeating: 48, count: -point) + digits) }
        if point >= digits.count { return (digits + [UInt8](repeating: 48, count: point - digits.count), []) }
        return (Array(digits[..<point]), Array(digits[point...]))
    }

    /// `format(decimal, spec)`.
    func formatted(_ spec: Text, _ context: DecimalContext, _ meter: Meter) throws(EngineError) -> Text {
        let invalid = EngineError.valueError("invalid format string")
        guard let spec = try? FormatSpec(spec, for: "decimal.Decimal", alignment: .right),
            spec.grouping != 0x5F,
            !spec.isAlternate, !spec.repeatsAlignment
        else { throw invalid }
        let type = spec.type.flatMap { Unicode.Scalar($0) } ?? "\0"
        guard ["\0", "e", "E", "f", "F", "g", "G", "n", "%"].contains(type),
            type != "n" || spec.grouping == nil
        else {
            throw invalid
        }
        guard finite != nil else {
            var plain = spec
            if plain.fill == 48, plain.alignment == .inside { (plain.fill, plain.alignment) = (32, .right) }
            var number = NumberParts(isNegative: isNegative)
            number.rest = Array(try absoluteCopy.text(context, meter).utf8)
            if type == "%" { number.rest.append(UInt8(ascii: "%")) }
            return try number.laidOut(plain, groupSize: nil, meter)
        }
        var number = try parts(type, precision: spec.precision, context, meter)
        // With a capital F, CPython looks at the value before it is rounded.
        let isZeroShown = type == "F" ? isZero : number.isZero
        if spec.coercesNegativeZero, isZeroShown { number.isNegative = false }
        return try number.laidOut(spec, groupSize: spec.grouping == nil ? nil : 3, meter)
    }

    private func parts(
        _ type: Unicode.Scalar,
        precision: Int?,
        _ context: DecimalContext,
        _ meter: Meter
    ) throws(EngineError) -> NumberParts {
        var value = self
        if type == "%", let (coefficient, exponent) = finite {
            value = Decimal(isNegative: isNegative, coefficient, exponent + 2)
        }
        let isFixed = type == "f" || type == "F" || type == "%"
        let isExponential = type == "e" || type == "E"
        if let precision {
            try meter.charge(bytes: precision)
            if isFixed {
                value = try value.rescaled(to: -precision, context.rounding, meter).value
            } else if isExponential {
                value = try value.rounded(toDigits: precision + 1, context.rounding, pads: true, meter)
            } else {
                value = try value.rounded(toDigits: max(precision, 1), context.rounding, pads: false, meter)
            }
        }
        guard var (coefficient, exponent) = value.finite else { return NumberParts() }
        if coefficient.isZero, exponent > 0, isFixed { exponent = 0 }
        if isFixed { try meter.checkInteger(bits: exponent) }
        coefficient = coefficient.absolute
        let digits = Array(try coefficient.unlimitedDecimalDigits(meter).utf8)
        let left = exponent + digits.count
        var point = 1
        if isExponential {
            if coefficient.isZero, let precision { point = 1 - precision }
        } else if isFixed || (exponent <= 0 && left > -6) {
            point = left
        }
        try meter.charge(bytes: Int(point.magnitude))
        let (whole, fraction) = Self.split(digits, point)
        var number = NumberParts(isNegative: isNegative, digits: whole, isZero: coefficient.isZero)
        if !fraction.isEmpty { number.rest = [UInt8(ascii: ".")] + fraction }
        let shift = left - point
        if shift != 0 || isExponential {
            let isUpper = type == "E" || type == "G" || (type == "\0" && context.hasCapitals)
            number.rest += "\(isUpper ? "E" : "e")\(shift < 0 ? "-" : "+")\(shift.magnitude)".utf8
        }
        if type == "%" { number.rest.append(UInt8(ascii: "%")) }
        return number
    }

    /// Cut to so many digits; with `pads` a shorter number gets zeros.
    private func rounded(
        toDigits count: Int,
        _ rounding: DecimalContext.Rounding,
        pads: Bool,
        _ meter: Meter
    ) throws(EngineError) -> Decimal {
        guard !isZero, pads || digitCount > count else { return self }
        let result = try rescaled(to: adjusted + 1 - count, rounding, meter).value
        if result.digitCount <= count { return result }
        return try result.rescaled(to: adjusted + 2 - count, rounding, meter).value
    }
}

/// The parts of a decimal literal.
struct DecimalLiteral {
    enum Form: Equatable {
        case number
        case infinity
        case nan(isSignaling: Bool)
    }

    private(set) var isNegative = false
    private(set) var form = Form.number
    /// The values of the digits, of the number or of the payload.
    private(set) var digits: [UInt8] = []
    private(set) var exponent = 0

    /// Exponents are cut here; CPython ends a little further out.
    static let largestExponent = 400_000_000_000_000_000

    /// Nothing if the text is not one.
    init?(_ text: Text) {
        guard let bytes = Self.plain(text) else { return nil }
        var rest = bytes[...]
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let lowered = rest.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
        if lowered == Array("inf".utf8) || lowered == Array("infinity".utf8) {
            form = .infinity
            return
        }
        for (word, isSignaling) in [("nan", false), ("snan", true)] where lowered.starts(with: word.utf8) {
            form = .nan(isSignaling: isSignaling)
            let payload = lowered.dropFirst(word.utf8.count)
            guard payload.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
            digits = payload.drop { $0 == 48 }.map { $0 - 48 }
            return
        }
        guard readNumber(&rest) else { return nil }
    }

    private mutating func readNumber(_ rest: inout ArraySlice<UInt8>) -> Bool {
        var (seenPoint, count) = (false, 0)
        while let byte = rest.first {
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if byte &- 48 < 10 {
                count += 1
                if byte != 48 || !digits.isEmpty { digits.append(byte - 48) }
                if seenPoint { exponent -= 1 }
            } else {
                break
            }
            rest.removeFirst()
        }
        guard count > 0 else { return false }
        guard let marker = rest.first else { return true }
        guard marker | 0x20 == UInt8(ascii: "e") else { return false }
        rest.removeFirst()
        var isMinus = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isMinus = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        guard !rest.isEmpty, rest.allSatisfy({ $0 &- 48 < 10 }) else { return false }
        let value = rest.reduce(0) { min($0 * 10 + Int($1 - 48), Self.largestExponent) }
        exponent += isMinus ? -value : value
        return true
    }

    /// ASCII digits and letters without space around and without underscores; nothing if other characters remain.
    private static func plain(_ text: Text) -> [UInt8]? {
        var points = text.codePoints[...]
        while let first = points.first, UnicodeData.isSpace(first) { points.removeFirst() }
        while let last = points.last, UnicodeData.isSpace(last) { points.removeLast() }
        var bytes: [UInt8] = []
        for point in points where point != 0x5F {
            if point < 128 {
                bytes.append(UInt8(point))
            } else if let digit = UnicodeData.decimalValue(point) {
                bytes.append(digit + 48)
            } else {
                return nil
            }
        }
        return bytes
    }
}
