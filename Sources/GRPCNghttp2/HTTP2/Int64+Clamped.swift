extension Int64 {
    /// The sum, or the largest number where it would be larger: a time so far away is never reached.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
