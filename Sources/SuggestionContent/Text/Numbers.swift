/// Figures as people read them. Without Foundation, the same everywhere.
enum Figure {
    /// Of 1, as percent with one digit where that says something: `99.2 %`, `40 %`.
    static func percent(_ share: Double) -> String {
        let tenths = Int((min(max(share, 0), 1) * 1_000).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }

    /// `340 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    static func duration(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = max(
            0,
            parts.seconds.multipliedClamping(by: 1_000) + parts.attoseconds / 1_000_000_000_000_000
        )
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        let seconds = milliseconds / 1_000
        if seconds < 60 {
            let tenths = milliseconds / 100 % 10
            return tenths == 0 ? "\(seconds) s" : "\(seconds).\(tenths) s"
        }
        if seconds < 3_600 { return pair(seconds / 60, "min", seconds % 60, "s") }
        if seconds < 86_400 { return pair(seconds / 3_600, "h", seconds / 60 % 60, "min") }
        return pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
    }

    private static func pair(_ first: Int64, _ unit: String, _ second: Int64, _ small: String) -> String {
        second == 0 ? "\(first) \(unit)" : "\(first) \(unit) \(second) \(small)"
    }

    /// With commas between thousands: `12,345`.
    static func count(_ value: some BinaryInteger) -> String {
        let digits = Array(String(value).utf8)
        var text: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != UInt8(ascii: "-") {
                text.append(0x2C)
            }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `1 run`, `12 runs`.
    static func plural(_ value: some BinaryInteger, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }
}

extension Int64 {
    /// The product, or the largest number of its sign.
    fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
        let (value, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? (self < 0 ? .min / 2 : .max / 2) : value
    }
}
