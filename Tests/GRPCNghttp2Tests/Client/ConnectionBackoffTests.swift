import Testing

@testable import GRPCNghttp2

@Suite struct ConnectionBackoffTests {
    @Test func timesGrowByTheMultiplierToTheMaximumAndBeginAnewAfterAReset() {
        var backoff = ConnectionBackoff()
        let times = (0..<14).map { _ in backoff.next(random: 0.5) }
        #expect(times[0] == .seconds(1))
        #expect(times[1] == .milliseconds(1_600))
        #expect(times[2] == .milliseconds(2_560))
        #expect(times[10] < .seconds(120))
        #expect(times[11] == .seconds(120) && times[13] == .seconds(120))
        backoff.reset()
        #expect(backoff.next(random: 0.5) == .seconds(1))
    }

    @Test func jitterIsAFifthToBothSides() {
        var backoff = ConnectionBackoff()
        #expect(backoff.next(random: 0) == .milliseconds(800))
        backoff.reset()
        #expect(backoff.next(random: 1) == .milliseconds(1_200))
    }

    @Test func anAttemptMayTakeTwentySecondsOrItsWholeTime() {
        let backoff = ConnectionBackoff()
        #expect(backoff.connectTimeout(for: .seconds(1)) == .seconds(20))
        #expect(backoff.connectTimeout(for: .seconds(60)) == .seconds(60))
    }

    @Test(arguments: [
        ConnectionBackoff.Configuration(initial: .zero, multiplier: 0, jitter: 7, maximum: .zero),
        ConnectionBackoff.Configuration(
            initial: .seconds(-1),
            multiplier: -.infinity,
            jitter: .nan,
            maximum: .seconds(-9)
        ),
        ConnectionBackoff.Configuration(initial: .seconds(1), multiplier: .nan, jitter: -1),
        ConnectionBackoff.Configuration(initial: .seconds(200), multiplier: .infinity, jitter: 0.2),
        ConnectionBackoff.Configuration(multiplier: .greatestFiniteMagnitude, maximum: .seconds(1 << 40)),
    ])
    func noConfigurationTrapsOrMakesALoop(configuration: ConnectionBackoff.Configuration) {
        var backoff = ConnectionBackoff(configuration: configuration)
        for random in [0, 1, 0.5, .nan, -.infinity, .infinity] {
            #expect(backoff.next(random: random) >= .milliseconds(1))
        }
    }

    @Test(arguments: 0..<50)
    func eachTimeLiesAroundTheOneThatTheDocumentGives(seed: UInt64) {
        var random = SplitMix(state: seed)
        var backoff = ConnectionBackoff()
        var expected = 1.0
        for _ in 0..<100 {
            let time = backoff.next(random: Double.random(in: 0..<1, using: &random)) / .seconds(1)
            #expect(time >= expected * 0.799 && time <= expected * 1.201)
            expected = min(expected * 1.6, 120)
            if Int.random(in: 0..<20, using: &random) == 0 {
                backoff.reset()
                expected = 1
            }
        }
    }
}
