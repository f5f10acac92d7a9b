extension Array {
    /// Turns round the elements from an index on, where they are: what was scheduled in order is taken from the end. By a slice, they
    /// would be copied twice.
    package mutating func reverse(from start: Int) {
        var (left, right) = (start, count - 1)
        while left < right {
            swapAt(left, right)
            left += 1
            right -= 1
        }
    }
}
