/// A number as text in parts, before sign, grouping and padding are decided.
struct NumberParts: Equatable, Sendable {
    var isNegative = false
    /// `0x` and its like.
    var prefix = ""
    /// Digits of the integer part, the ones that can be grouped; none for infinity and NaN.
    var digits: [UInt8] = []
    /// What follows them: point, decimals, exponent, percent sign; or `inf`, `nan`.
    var rest: [UInt8] = []
    /// Whether the value came out as zero, so that `z` removes its sign.
    var isZero = false

    func laidOut(_ spec: FormatSpec, groupSize: Int?, _ meter: Meter) throws(EngineError) -> Text {
        let sign: UInt32? =
            isNegative ? 45 : spec.sign == 43 ? 43 : spec.sign == 32 ? 32 : nil
        let around = (sign == nil ? 0 : 1) + prefix.utf8.count + rest.count
        let width = spec.width ?? 0
        try meter.charge(bytes: width)
        try meter.charge(bytes: (digits.count + around) * 2)
        try meter.charge(steps: (width + digits.count) / 32)
        let isZeroFilled = spec.fill == 48 && spec.alignment == .inside
        let grouped = Self.grouped(
            digits,
            size: groupSize,
            separator: UInt8(spec.grouping ?? 0x2C),
            atLeast: isZeroFilled ? width - around : 0
        )
        let margin = max(width - around - grouped.count, 0)
        var builder = TextBuilder(capacity: width)
        switch spec.alignment {
        case .right: builder.append(repeating: spec.fill, count: margin)
        case .center: builder.append(repeating: spec.fill, count: margin / 2)
        case .left, .inside: break
        }
        if let sign { builder.append(sign) }
        builder.append(prefix)
        if spec.alignment == .inside { builder.append(repeating: spec.fill, count: margin) }
        builder.append(Text(ascii: grouped))
        builder.append(Text(ascii: rest))
        switch spec.alignment {
        case .left: builder.append(repeating: spec.fill, count: margin)
        case .center: builder.append(repeating: spec.fill, count: margin - margin / 2)
        case .right, .inside: break
        }
        return builder.finish()
    }

    /// Digits with separators, filled with zeros on the left to a width; never a separator in front, so that the
    /// result may be one wider.
    private static func grouped(_ digits: [UInt8], size: Int?, separator: UInt8, atLeast width: Int)
        -> [UInt8]
    {
        if digits.isEmpty { return [] }
        guard let size else {
            return [UInt8](repeating: 48, count: max(width - digits.count, 0)) + digits
        }
        var reversed: [UInt8] = []
        var remaining = digits.count
        while remaining > 0 || reversed.count < width {
            if !reversed.isEmpty { reversed.append(separator) }
            let wanted = max(remaining, width - reversed.count, 1)
            for _ in 0..<min(size, wanted) {
                reversed.append(remaining > 0 ? digits[remaining - 1] : 48)
                remaining -= 1
            }
            remaining = max(remaining, 0)
        }
        return reversed.reversed()
    }
}

/// How a float becomes digits: the `e`, `f` and `g` of C and the `repr` of Python.
struct FloatStyle: Sendable {
    enum Form: Sendable { case exponent, fixed, general, repr }

    var form: Form
    var isUpper = false
    /// Whether a whole number keeps `.0` when it has no exponent.
    var addsPoint = false

    func parts(
        of value: Double,
        precision: Int,
        isAlternate: Bool,
        _ meter: Meter
    ) throws(EngineError) -> NumberParts {
        var parts = NumberParts(isNegative: value.sign == .minus && !value.isNaN)
        guard value.isFinite else {
            parts.rest = Array((value.isNaN ? "nan" : "inf").utf8)
            if isUpper { parts.rest = parts.rest.map { $0 - 32 } }
            return parts
        }
        try meter.charge(bytes: precision)
        try meter.charge(steps: min(precision, DecimalDigits.mostDecimals) / 8 + precision / 64)
        var text: [UInt8] = []
        let digits = write(value, precision, isAlternate, into: &text)
        parts.isZero = digits.isZero
        let end = text.firstIndex { $0 < 48 || $0 > 57 } ?? text.count
        parts.digits = Array(text[..<end])
        parts.rest = Array(text[end...])
        return parts
    }

    private func write(_ value: Double, _ precision: Int, _ isAlternate: Bool, into text: inout [UInt8])
        -> DecimalDigits
    {
        let marker = UInt8(ascii: isUpper ? "E" : "e")
        let digits: DecimalDigits
        switch form {
        case .fixed:
            digits = DecimalDigits(fixed: value, decimals: precision)
            digits.fixedLayout(decimals: precision, into: &text)
            if isAlternate, precision == 0 { text.append(UInt8(ascii: ".")) }
        case .exponent:
            digits = DecimalDigits(significant: value, count: precision + 1)
            digits.exponentLayout(decimals: precision, hasPoint: isAlternate, marker: marker, into: &text)
        case .general, .repr:
            let count = form == .repr ? 17 : max(precision, 1)
            digits = form == .repr ? .init(shortest: value) : .init(significant: value, count: count)
            // `repr` turns to an exponent at 1e16; a general format without a type, one digit earlier than `g`.
            let most = form == .repr ? 16 : count - (addsPoint ? 1 : 0)
            let kept = isAlternate && form == .general ? count : digits.digits.count
            if digits.point <= -4 || digits.point > most {
                digits.exponentLayout(decimals: kept - 1, hasPoint: isAlternate, marker: marker, into: &text)
            } else {
                let decimals = max(kept - (digits.isZero ? 1 : digits.point), addsPoint ? 1 : 0)
                digits.fixedLayout(decimals: decimals, into: &text)
                if isAlternate, decimals <= 0 { text.append(UInt8(ascii: ".")) }
            }
        }
        return digits
    }
}
