import Testing

@testable import LiteLLM

@Suite struct RetryScheduleTests {
    private func schedule(_ configure: (inout RetryPolicy) -> Void = { _ in }) -> RetrySchedule {
        var policy = RetryPolicy()
        policy.attempts = 10
        policy.firstBackoff = .milliseconds(100)
        policy.lastBackoff = .milliseconds(400)
        policy.window = .seconds(60)
        configure(&policy)
        return RetrySchedule(policy, now: 0, seed: 7)
    }

    private func wait(_ decision: RetrySchedule.Decision) -> Int64? {
        if case .tryAgain(let nanoseconds) = decision { nanoseconds } else { nil }
    }

    @Test func waitsGrowUpToALimitAndDifferByChance() {
        var schedule = schedule()
        for full in [100, 200, 400, 400, 400] as [Int64] {
            let nanoseconds = wait(schedule.failed(LiteLLMError(.overloaded, ""), now: 0)) ?? 0
            #expect((full * 500_000...full * 1_000_000).contains(nanoseconds))
        }
        #expect(schedule.attempts == 6)
    }

    @Test func attemptsAreCounted() {
        var schedule = schedule { $0.attempts = 2 }
        #expect(wait(schedule.failed(LiteLLMError(.unreachable, ""), now: 0)) != nil)
        #expect(schedule.failed(LiteLLMError(.unreachable, ""), now: 0) == .giveUp)
    }

    @Test(arguments: LiteLLMError.Code.allCases) func onlyWhatTimeMayMendIsTriedAgain(code: LiteLLMError.Code)
    {
        var schedule = schedule()
        let again: Set<LiteLLMError.Code> = [
            .rateLimited, .overloaded, .upstreamFailed, .upstreamTimedOut, .unreachable,
            .timedOutBeforeFirstChunk,
            .brokenStream,
        ]
        #expect((schedule.failed(LiteLLMError(code, ""), now: 0) != .giveUp) == again.contains(code))
    }

    @Test func nothingIsTriedAgainAfterTheFirstChunk() {
        var schedule = schedule()
        var error = LiteLLMError(.brokenStream, "")
        error.partialText = "a"
        #expect(schedule.failed(error, now: 0) == .giveUp)
    }

    @Test func theUpstreamsWordOnTimeIsHonouredUpToALimit() {
        var schedule = schedule()
        var error = LiteLLMError(.rateLimited, "")
        error.retryAfter = .seconds(10)
        #expect(wait(schedule.failed(error, now: 0)) == 10_000_000_000)
        error.retryAfter = .milliseconds(1)
        #expect(
            (wait(schedule.failed(error, now: 0)) ?? 0) >= 50_000_000,
            "never sooner than it would wait anyway"
        )
        error.retryAfter = .seconds(11)
        #expect(schedule.failed(error, now: 0) == .giveUp)
    }

    @Test func noAttemptBeginsAfterTheWindow() {
        var schedule = schedule { $0.window = .seconds(1) }
        #expect(wait(schedule.failed(LiteLLMError(.overloaded, ""), now: 800_000_000)) != nil)
        #expect(schedule.failed(LiteLLMError(.overloaded, ""), now: 1_000_000_000) == .giveUp)
    }
}
