extension Duration {
    /// Whole milliseconds, rounded up: who waits as long, does not come too early.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (milliseconds, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000)
        guard !isTooMuch else { return .max }
        return milliseconds + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
