import Testing

@testable import Redis

/// What is known of Redis' clock, between two bounds.
@Suite struct RedisClockTests {
    private static let noon: Int64 = 1_800_000_000_000_000

    /// Asked at 5 s of the loop's clock, and answered 2 ms later.
    private static func clock() -> RedisClock {
        var clock = RedisClock()
        clock.learn(microseconds: noon, askedAt: 5_000_000_000, now: 5_002_000_000)
        return clock
    }

    @Test func nothingIsKnownBeforeAnAnswer() {
        #expect(RedisClock().latest(now: 1) == nil)
        #expect(RedisClock().earliest(at: 1, now: 1) == nil)
    }

    @Test func whatRedisShowsLiesBetweenBoundsAsFarApartAsTheAnswerTook() {
        let clock = Self.clock()
        #expect(clock.latest(now: 6_000_000_000) == Self.noon + 1_000_000)
        #expect(clock.earliest(at: 6_000_000_000, now: 6_000_000_000) == Self.noon + 998_000)
    }

    @Test func theTimeOfSomethingBeforeTheAnswerIsKnownToo() {
        #expect(Self.clock().earliest(at: 4_002_000_000, now: 6_000_000_000) == Self.noon - 1_000_000)
    }

    @Test func aPartOfAMicrosecondIsRoundedToTheCarefulSide() {
        let clock = Self.clock()
        #expect(clock.latest(now: 5_002_000_001) == Self.noon + 2_001)
        #expect(clock.earliest(at: 5_001_999_999, now: 5_002_000_000) == Self.noon - 1)
        #expect(clock.earliest(at: 5_002_000_999, now: 5_002_001_000) == Self.noon)
    }

    @Test func anAnswerIsOfUseForTenSeconds() {
        let clock = Self.clock()
        #expect(clock.latest(now: 15_001_999_999) != nil)
        #expect(clock.latest(now: 15_002_000_000) == nil)
        #expect(clock.earliest(at: 5_002_000_000, now: 15_002_000_000) == nil)
    }

    @Test func redisIsAskedOnceASecond() {
        var clock = RedisClock()
        let asked = [0, 1, 999_999_999, 1_000_000_000, 1_500_000_000, 2_000_000_000].map {
            clock.isToBeAsked(now: $0)
        }
        #expect(asked == [true, false, false, true, false, true])
    }

    @Test func redisAnswersWithSecondsAndMicroseconds() {
        var clock = RedisClock()
        clock.learn(
            .array([.string(Array("1800000000".utf8)), .string(Array("000123".utf8))]),
            askedAt: 5,
            now: 5
        )
        #expect(clock.latest(now: 5) == Self.noon + 123)
    }

    @Test(
        arguments: [
            .null, .integer(5), .array([.string(Array("1".utf8))]),
            .array([.string(Array("x".utf8)), .string(Array("1".utf8))]),
            .array([.string(Array("1".utf8)), .string(Array("1000000".utf8))]),
            .array([.string(Array("-1".utf8)), .string(Array("0".utf8))]),
            .array([.string(Array("1099511627776".utf8)), .string(Array("0".utf8))]),
        ] as [RedisValue]
    )
    func whatIsNoTimeIsPassedOver(answer: RedisValue) {
        var clock = RedisClock()
        clock.learn(answer, askedAt: 5, now: 5)
        #expect(clock.latest(now: 5) == nil)
    }
}
