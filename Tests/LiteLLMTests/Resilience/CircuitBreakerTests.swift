import TestSupport
import Testing

@testable import LiteLLM

@Suite struct CircuitBreakerTests {
    private static let second: Int64 = 1_000_000_000

    private func breaker() -> CircuitBreaker { CircuitBreaker(BreakerPolicy(), seed: 3) }

    private func opened(at now: Int64 = 0) -> (CircuitBreaker, until: Int64) {
        var breaker = breaker()
        for _ in 0..<5 { breaker.note(.failure, isTrial: false, now: now) }
        guard case .open(let until) = breaker.state else { return (breaker, -1) }
        return (breaker, until)
    }

    @Test func fewFailuresDoNotOpenIt() {
        var breaker = breaker()
        for _ in 0..<4 { breaker.note(.failure, isTrial: false, now: 0) }
        #expect(breaker.state == .closed)
        #expect(breaker.ask(now: 0) == .make(isTrial: false))
    }

    @Test func itOpensForAWhileAtHalfOfTheLastCalls() {
        var breaker = breaker()
        for _ in 0..<20 { breaker.note(.success, isTrial: false, now: 0) }
        for _ in 0..<9 { breaker.note(.failure, isTrial: false, now: 0) }
        #expect(breaker.state == .closed)
        breaker.note(.failure, isTrial: false, now: 0)
        guard case .open(let until) = breaker.state else {
            Issue.record("ten failures of twenty calls do not open it")
            return
        }
        #expect((Self.second / 2...Self.second).contains(until))
        #expect(breaker.ask(now: until - 1) == .refuse(nanoseconds: 1))
    }

    @Test func streamsThatBeginAndBreakOpenIt() {
        var breaker = breaker()
        for _ in 0..<5 {
            breaker.note(.success, isTrial: false, now: 0)
            breaker.note(.failure, isTrial: false, now: 0)
        }
        #expect(breaker.state != .closed)
    }

    @Test func oldFailuresAreForgotten() {
        var breaker = breaker()
        for _ in 0..<4 { breaker.note(.failure, isTrial: false, now: 0) }
        breaker.note(.failure, isTrial: false, now: 61 * Self.second)
        #expect(breaker.state == .closed)
    }

    @Test func oneTrialDecides() {
        var (breaker, until) = opened()
        #expect(breaker.ask(now: until) == .make(isTrial: true))
        guard case .refuse = breaker.ask(now: until) else {
            Issue.record("a second call is made during the trial")
            return
        }
        // One that began before it opened.
        breaker.note(.success, isTrial: false, now: until)
        #expect(breaker.state == .trying)
        breaker.note(.success, isTrial: true, now: until)
        #expect(breaker.state == .closed)
    }

    @Test func aTrialThatFailsOpensItForLonger() {
        var (breaker, until) = opened()
        var pauses: [Int64] = []
        for _ in 0..<8 {
            _ = breaker.ask(now: until)
            breaker.note(.failure, isTrial: true, now: until)
            guard case .open(let next) = breaker.state else { break }
            pauses.append(next - until)
            until = next
        }
        for (pause, full) in zip(pauses, [2, 4, 8, 16, 30, 30, 30, 30] as [Int64]) {
            #expect((full * Self.second / 2...full * Self.second).contains(pause))
        }
        #expect(pauses.count == 8)
    }

    @Test func aTrialThatSaysNothingLetsTheNextOneTry() {
        var (breaker, until) = opened()
        _ = breaker.ask(now: until)
        breaker.note(.neither, isTrial: true, now: until)
        #expect(breaker.ask(now: until) == .make(isTrial: true))
    }

    @Test func modelsAreApartAndTheirNumberIsBounded() {
        var table = BreakerTable(BreakerPolicy(), seed: 1)
        for _ in 0..<5 { table.note(.failure, of: "bad", isTrial: false, now: 0) }
        table.note(.success, of: "good", isTrial: false, now: 0)
        #expect(table.count == 1)
        #expect(table.ask("bad", now: 0) != .make(isTrial: false))
        #expect(table.ask("good", now: 0) == .make(isTrial: false))
        for number in 0..<1_000 { table.note(.failure, of: "\(number)", isTrial: false, now: 0) }
        #expect(table.count == BreakerTable.limit)
        #expect(table.ask("bad", now: 0) != .make(isTrial: false), "what is open is not forgotten")
    }

    /// Any order of events: there is one trial at a time, and always a way back.
    @Test(arguments: 0..<20) func thereIsAlwaysAWayBack(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var breaker = CircuitBreaker(BreakerPolicy(), seed: seed)
        var trials = 0
        var calls = 0
        var now: Int64 = 0
        for _ in 0..<2_000 {
            now += Int64(random.below(500)) * 1_000_000
            switch random.below(3) {
            case 0:
                switch breaker.ask(now: now) {
                case .make(isTrial: true): trials += 1
                case .make(isTrial: false): calls += 1
                case .refuse(let nanoseconds): #expect(nanoseconds > 0 && nanoseconds <= 30 * Self.second)
                }
            case 1 where trials > 0:
                trials -= 1
                let outcomes = [CircuitBreaker.Outcome.success, .failure, .neither]
                breaker.note(outcomes[random.below(3)], isTrial: true, now: now)
            case 2 where calls > 0:
                calls -= 1
                breaker.note(random.below(2) == 0 ? .success : .failure, isTrial: false, now: now)
            default: break
            }
            #expect(trials == (breaker.state == .trying ? 1 : 0))
        }
    }
}
