/// Trimming and padding.
extension Text {
    /// Which ends a `strip` works on.
    enum Ends: Sendable { case both, left, right }

    /// `strip`, `lstrip`, `rstrip`: white space, or the characters of `characters`.
    func stripped(_ ends: Ends = .both, of characters: Text? = nil, _ meter: Meter) throws(EngineError)
        -> Text
    {
        try meter.charge(bytes: byteCount)
        try meter.charge(steps: count / 64 + (characters?.count ?? 0) / 16)
        guard let characters else { return trimmed(ends, UnicodeData.isSpace) }
        if characters.count == 1 {
            let character = characters[0]
            return trimmed(ends) { $0 == character }
        }
        let set = Set(characters.codePoints)
        return trimmed(ends, set.contains)
    }

    private func trimmed(_ ends: Ends, _ isTrimmed: (UInt32) -> Bool) -> Text {
        var (start, end) = (0, count)
        if ends != .right { while start < end, isTrimmed(self[start]) { start += 1 } }
        if ends != .left { while end > start, isTrimmed(self[end - 1]) { end -= 1 } }
        return slice(start..<end)
    }

    /// `center`.
    func centered(_ width: Int, fill: Text = " ", _ meter: Meter) throws(EngineError) -> Text {
        let margin = margin(width)
        let left = margin / 2 + (margin & width & 1)
        return try padded(left: left, right: margin - left, fill, meter)
    }

    /// `ljust`.
    func leftJustified(_ width: Int, fill: Text = " ", _ meter: Meter) throws(EngineError) -> Text {
        try padded(left: 0, right: margin(width), fill, meter)
    }

    /// `rjust`.
    func rightJustified(_ width: Int, fill: Text = " ", _ meter: Meter) throws(EngineError) -> Text {
        try padded(left: margin(width), right: 0, fill, meter)
    }

    /// `zfill`: zeros between a sign and the rest.
    func zeroFilled(_ width: Int, _ meter: Meter) throws(EngineError) -> Text {
        guard width > count else { return self }
        let hasSign = !isEmpty && (self[0] == 43 || self[0] == 45)
        let sign = slice(0..<(hasSign ? 1 : 0))
        let zeros = try Text("0").repeated(width - count, meter)
        return try sign.concatenated(with: zeros, meter).concatenated(with: slice(sign.count..<count), meter)
    }

    private func margin(_ width: Int) -> Int { width > count ? width - count : 0 }

    /// Puts so many fill characters on each side.
    func padded(left: Int, right: Int, _ fill: Text, _ meter: Meter) throws(EngineError) -> Text {
        guard fill.count == 1 else {
            throw .typeError("The fill character must be exactly one character long")
        }
        guard left > 0 || right > 0 else { return self }
        let (length, overflow) = count.addingReportingOverflow(max(left, 0) + max(right, 0))
        let (bytes, tooMany) = length.multipliedReportingOverflow(by: isASCII && fill.isASCII ? 1 : 4)
        try meter.charge(bytes: overflow || tooMany ? .max : bytes)
        try meter.charge(steps: length / 64)
        var builder = TextBuilder(capacity: length)
        builder.append(repeating: fill[0], count: left)
        builder.append(self)
        builder.append(repeating: fill[0], count: right)
        return builder.finish()
    }

    /// `expandtabs`.
    func expandingTabs(_ size: Int = 8, _ meter: Meter) throws(EngineError) -> Text {
        try meter.charge(bytes: byteCount)
        try meter.charge(steps: count / 32)
        var builder = TextBuilder(capacity: count)
        var column = 0
        for index in 0..<count {
            let point = self[index]
            guard point == 9 else {
                builder.append(point)
                column = point == 10 || point == 13 ? 0 : column + 1
                continue
            }
            guard size > 0 else { continue }
            let spaces = size - column % size
            try meter.charge(bytes: spaces * (isASCII ? 1 : 4))
            try meter.charge(steps: spaces / 64)
            builder.append(repeating: 32, count: spaces)
            column += spaces
        }
        return builder.finish()
    }
}
