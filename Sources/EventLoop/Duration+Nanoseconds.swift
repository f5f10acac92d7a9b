extension Duration {
    /// Whole nanoseconds, as many as an Int64 holds (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, isTooMuch) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isTooMuch ? .max : sum
    }
}

/// A point on the loop's clock, `duration` after `now`.
package func deadline(_ duration: Duration, after now: Int64) -> Int64 {
    let (sum, isTooMuch) = now.addingReportingOverflow(max(0, duration.nanoseconds))
    return isTooMuch ? .max : sum
}
