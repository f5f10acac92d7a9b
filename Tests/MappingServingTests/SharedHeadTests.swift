import FoundationEssentials
import Redis
import ServiceKit
import Testing

@testable import MappingServing

/// What Redis has of a process, where anyone may have written.
@Suite struct SharedHeadTests {
    private static let process = ProcessKey(
        organization: UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff") ?? UUID(),
        process: UUID(uuidString: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") ?? UUID()
    )
    /// Microseconds since 1970 on Redis' clock when every loop's shows 0.
    private static let zero: Int64 = 1_800_000_000_000_000

    /// A clock that was asked and answered at once.
    private static func clock(now: Int64 = 0, after: Int64 = 0) -> RedisClock {
        var clock = RedisClock()
        clock.learn(microseconds: zero + now / 1_000 + after, askedAt: now, now: now)
        return clock
    }

    private static func encode(_ head: ProcessHead, now: Int64) -> [UInt8]? {
        SharedHead.encode(head, of: process, clock(now: now), now: now)
    }

    /// Read by a replica whose loops' clock shows 0 when Redis' shows `after` microseconds more than ``zero``.
    private static func decode(_ value: [UInt8]?, now: Int64, after: Int64 = 0) -> ProcessHead? {
        SharedHead.decode(value ?? [], of: process, clock(now: now, after: after), now: now)
    }

    @Test func aHeadIsAsOldAsRedisClockSays() {
        let head = ProcessHead.latest(12, checkedAt: 5_000_000_000)
        let value = Self.encode(head, now: 5_100_000_000)
        #expect(SharedHead.expiry(of: head, now: 5_100_000_000) == 3_599_900)
        #expect(Self.decode(value, now: 9_000_000_000) == head)
        // Another machine, which was started a minute later.
        let elsewhere = Self.decode(value, now: 9_000_000_000, after: 60_000_000)
        #expect(elsewhere == .latest(12, checkedAt: 5_000_000_000 - 60_000_000_000))
    }

    @Test func aHeadSeemsOlderByAsMuchAsIsNotKnownOfTheClock() {
        var slow = RedisClock()
        slow.learn(microseconds: Self.zero, askedAt: -3_000_000, now: 4_000_000)
        let written = SharedHead.encode(.latest(12, checkedAt: 0), of: Self.process, slow, now: 4_000_000)
        #expect(Self.decode(written, now: 0, after: 0) == .latest(12, checkedAt: -4_000_000))
        let value = Self.encode(.latest(12, checkedAt: 0), now: 0)
        #expect(
            SharedHead.decode(value ?? [], of: Self.process, slow, now: 4_000_000)
                == .latest(12, checkedAt: -3_000_000)
        )
    }

    @Test func aHeadIsOfNoUseAfterAnHour() {
        let head = ProcessHead.latest(12, checkedAt: 0)
        let hour: Int64 = 3_600_000_000_000
        #expect(SharedHead.expiry(of: head, now: hour) == nil)
        #expect(Self.encode(head, now: hour) == nil)
        let value = Self.encode(head, now: 0)
        #expect(Self.decode(value, now: hour) == head)
        #expect(Self.decode(value, now: hour + 1_000) == nil)
    }

    @Test func theFormIsThatOfReplicasOfOtherReleases() {
        let value = Self.encode(.latest(12, checkedAt: 0), now: 100_000_000) ?? []
        #expect(Array(value.prefix(13)) == [2, 0, 6, 0x65, 0x17, 0x28, 0x98, 0x80, 0, 0, 0, 0, 12])
        // SplitMix64's finalizer over both IDs, the time and the version, as Python gives it.
        #expect(Array(value.dropFirst(13)) == [0x71, 0x0d, 0x26, 0xe4, 0x36, 0xa5, 0x83, 0xb1])
    }

    @Test func whereRedisClockIsNotKnownNothingIsSharedAndNothingBelieved() {
        let value = Self.encode(.latest(12, checkedAt: 0), now: 0) ?? []
        #expect(SharedHead.decode(value, of: Self.process, RedisClock(), now: 0) == nil)
        #expect(SharedHead.encode(.latest(12, checkedAt: 0), of: Self.process, RedisClock(), now: 0) == nil)
    }

    @Test func aHeadOfATimeThatIsStillToComeIsNone() {
        let value = Self.encode(.latest(12, checkedAt: 2_000), now: 2_000)
        #expect(Self.decode(value, now: 2_000) != nil)
        // Redis' clock has been set back.
        #expect(Self.decode(value, now: 2_000, after: -1) == nil)
    }

    @Test func absenceIsSharedToo() {
        let value = Self.encode(.absent(checkedAt: 0), now: 0)
        #expect(Self.decode(value, now: 3_000) == .absent(checkedAt: 0))
    }

    @Test func whatIsNotKnownOrDoubtedIsNotShared() {
        #expect(Self.encode(.exists(checkedAt: 1), now: 1) == nil)
        #expect(Self.encode(ProcessHead.latest(3, checkedAt: 1).doubted(), now: 1) == nil)
        #expect(SharedHead.expiry(of: .exists(checkedAt: 1), now: 1) == nil)
    }

    @Test(arguments: [
        "", "0", "12", "-", "-1", "99999999999", "12 1800000000000 00000000000000000000000000000000",
        "123456789012345678901", "\u{2}23456789012345678901",
    ])
    func aHeadOfAnotherFormIsNone(text: String) {
        #expect(Self.decode(Array(text.utf8), now: 0) == nil)
    }

    @Test func aHeadWithAnyBitChangedOrOfAnotherLengthOrProcessIsNone() throws {
        let value = try #require(Self.encode(.latest(12, checkedAt: 0), now: 0))
        for place in value.indices {
            for bit in 0..<8 {
                var damaged = value
                damaged[place] ^= 1 << UInt8(bit)
                #expect(Self.decode(damaged, now: 0) == nil)
            }
            #expect(Self.decode(Array(value.prefix(place)), now: 0) == nil)
        }
        #expect(Self.decode(value + [0], now: 0) == nil)
        let (organization, process) = (Self.process.organization, Self.process.process)
        for other in [
            ProcessKey(organization: process, process: organization),
            ProcessKey(organization: organization, process: organization),
            ProcessKey(organization: process, process: process),
        ] {
            #expect(SharedHead.decode(value, of: other, Self.clock(), now: 0) == nil)
        }
    }
}
