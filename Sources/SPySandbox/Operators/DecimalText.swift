/// Decimal digits of machine integers.
enum DecimalText {
    /// `format` for the specifications that most programs use: a width below a hundred, with or without a zero before
    /// it and a `d` behind it. Nothing for any other.
    static func padded(_ number: Int, _ specification: Text) -> Text? {
        guard case .ascii(let units) = specification.storage else { return nil }
        var rest = units[...]
        if rest.last == UInt8(ascii: "d") { rest = rest.dropLast() }
        let fill: UInt8 = rest.first == 48 ? 48 : 32
        if fill == 48 { rest = rest.dropFirst() }
        guard rest.count <= 2, number >= 0 || fill == 32 else { return nil }
        var width = 0
        for unit in rest {
            guard unit >= 48, unit < 58 else { return nil }
            width = width * 10 + Int(unit - 48)
        }
        let digits = digits(of: number)
        return Text(ascii: Array(repeating: fill, count: max(width - digits.count, 0)) + digits)
    }

    static func digits(of number: Int) -> [UInt8] {
        if number >= 0, number < 10 { return [UInt8(48 + number)] }
        var rest = number.magnitude
        var digits: [UInt8] = []
        digits.reserveCapacity(20)
        while rest > 0 {
            digits.append(UInt8(48 + rest % 10))
            rest /= 10
        }
        if number < 0 { digits.append(UInt8(ascii: "-")) }
        digits.reverse()
        return digits
    }
}
