import Testing

@testable import EventLoop

@Suite struct BackoffTests {
    @Test func delaysDoubleUpToTheLimitAndDifferByChance() {
        var backoff = Backoff(firstNanoseconds: 100, lastNanoseconds: 1_000, seed: 1)
        let delays = (0..<1_000).map { _ in backoff.failed() }
        for (delay, full) in zip(delays, [100, 200, 400, 800, 1_000, 1_000]) {
            #expect((full / 2...full).contains(Int(delay)))
        }
        #expect(delays.allSatisfy { $0 <= 1_000 })
        #expect(Set(delays.suffix(900)).count > 300)
        backoff.reset()
        #expect(backoff.failed() <= 100)
    }

    @Test func noLimitIsSoLargeThatItOverflows() {
        var backoff = Backoff(firstNanoseconds: .max, lastNanoseconds: .max, seed: 1)
        for _ in 0..<100 { #expect(backoff.failed() > 0) }
    }
}
