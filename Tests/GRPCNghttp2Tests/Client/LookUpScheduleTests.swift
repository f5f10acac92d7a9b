import Testing

@testable import GRPCNghttp2

@Suite struct LookUpScheduleTests {
    private static let second: Int64 = 1_000_000_000

    private func schedule(minInterval: Duration = .seconds(30)) -> LookUpSchedule {
        LookUpSchedule(
            minInterval: minInterval,
            backoff: ConnectionBackoff(configuration: .init(initial: .seconds(1), multiplier: 2, jitter: 0))
        )
    }

    @Test func theFirstWishIsGrantedAtOnceAndNoSecondWhileItRuns() {
        var schedule = schedule()
        #expect(schedule.wanted(now: 5) == .lookUp)
        #expect(schedule.isBusy)
        #expect(schedule.wanted(now: 6) == nil)
        #expect(schedule.ended(isSuccess: true, random: 0.5) == nil)
        #expect(!schedule.isBusy)
    }

    @Test func theNextLookUpWaitsForTheIntervalOnce() {
        var schedule = schedule()
        _ = schedule.wanted(now: 0)
        _ = schedule.ended(isSuccess: true, random: 0.5)
        #expect(schedule.wanted(now: 10 * Self.second) == .wait(.seconds(20)))
        #expect(schedule.wanted(now: 11 * Self.second) == nil)
        #expect(schedule.timerDue(now: 30 * Self.second) == .lookUp)
    }

    @Test func addressesInNumbersNeedNoInterval() {
        var schedule = schedule(minInterval: .zero)
        _ = schedule.wanted(now: 0)
        _ = schedule.ended(isSuccess: true, random: 0.5)
        #expect(schedule.wanted(now: 0) == .lookUp)
    }

    @Test func failuresAreTriedAgainLaterAndLater() {
        var schedule = schedule()
        #expect(schedule.wanted(now: 0) == .lookUp)
        var delays: [LookUpSchedule.Action?] = []
        for _ in 0..<3 {
            delays.append(schedule.ended(isSuccess: false, random: 0.5))
            #expect(schedule.timerDue(now: 0) == .lookUp)
        }
        #expect(delays == [.wait(.seconds(1)), .wait(.seconds(2)), .wait(.seconds(4))])
        _ = schedule.ended(isSuccess: true, random: 0.5)
        #expect(schedule.wanted(now: 40 * Self.second) == .lookUp)
        #expect(schedule.ended(isSuccess: false, random: 0.5) == .wait(.seconds(1)))
    }

    @Test func onceStoppedNothingBeginsButTheEndIsTold() {
        var schedule = schedule()
        #expect(schedule.wanted(now: 0) == .lookUp)
        schedule.stop()
        #expect(schedule.isBusy)
        #expect(schedule.ended(isSuccess: false, random: 0.5) == nil)
        #expect(!schedule.isBusy)
        #expect(schedule.wanted(now: 100 * Self.second) == nil)
        #expect(schedule.timerDue(now: 100 * Self.second) == nil)
    }
}
