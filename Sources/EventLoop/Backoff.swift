/// How long to wait before the next attempt: twice as long after each failure, up to a limit, less up to a half of it by
/// chance, so that those who lost the same server do not all come back at the same moment.
package struct Backoff: Sendable {
    let firstNanoseconds: Int64
    let lastNanoseconds: Int64
    private var failures = 0
    private var random: SplitMix64

    /// - Parameters:
    ///   - firstNanoseconds: The wait after the first failure, before chance shortens it.
    ///   - lastNanoseconds: The longest wait.
    ///   - seed: Where chance begins: the same waits for the same seed.
    package init(firstNanoseconds: Int64, lastNanoseconds: Int64, seed: UInt64) {
        self.firstNanoseconds = firstNanoseconds
        self.lastNanoseconds = lastNanoseconds
        random = SplitMix64(seed: seed)
    }

    /// An attempt failed: nanoseconds until the next.
    package mutating func failed() -> Int64 {
        // No doubling beyond this one could matter, and it cannot overflow.
        let doublings = min(failures, 20)
        failures += 1
        let (doubled, isTooMuch) = firstNanoseconds.multipliedReportingOverflow(by: 1 << doublings)
        let full = isTooMuch ? lastNanoseconds : min(doubled, lastNanoseconds)
        return full - random.next(upTo: full / 2)
    }

    /// An attempt succeeded.
    package mutating func reset() { failures = 0 }
}

/// Steele, Lea and Flood's generator of numbers that look random: small, a value, the same for the same seed.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that begins at a seed.
    package init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number from 0 to `limit`.
    package mutating func next(upTo limit: Int64) -> Int64 {
        limit <= 0 ? 0 : Int64.random(in: 0...limit, using: &self)
    }
}
