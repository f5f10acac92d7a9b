extension DecimalDigits {
    var isZero: Bool { digits == [0] }

    /// `ddd.ddd` with exactly so many decimals and no sign.
    func fixedLayout(decimals: Int, into text: inout [UInt8]) {
        if point <= 0 || isZero {
            text.append(48)
        } else {
            for index in 0..<point { text.append(48 + (index < digits.count ? digits[index] : 0)) }
        }
        guard decimals > 0 else { return }
        text.append(UInt8(ascii: "."))
        let start = isZero ? 0 : point
        for place in start..<(start + decimals) {
            text.append(48 + (place >= 0 && place < digits.count ? digits[place] : 0))
        }
    }

    /// `d.ddde+dd` with exactly so many decimals and no sign.
    func exponentLayout(
        decimals: Int,
        hasPoint: Bool = false,
        marker: UInt8 = UInt8(ascii: "e"),
        into text: inout [UInt8]
    ) {
        text.append(48 + digits[0])
        if decimals > 0 {
            text.append(UInt8(ascii: "."))
            for index in 1..<(decimals + 1) { text.append(48 + (index < digits.count ? digits[index] : 0)) }
        } else if hasPoint {
            text.append(UInt8(ascii: "."))
        }
        let exponent = isZero ? 0 : point - 1
        text.append(marker)
        text.append(UInt8(ascii: exponent < 0 ? "-" : "+"))
        if exponent.magnitude < 10 { text.append(48) }
        text += "\(exponent.magnitude)".utf8
    }
}
