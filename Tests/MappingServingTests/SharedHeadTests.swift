import Testing

@testable import MappingServing

/// What Redis has of a process, where anyone may have written.
@Suite struct SharedHeadTests {
    private static let lifetime = Int(SharedHead.lifetimeMilliseconds)
    /// Milliseconds since 1970, when the heads of these tests are written.
    private static let written: Int64 = 1_800_000_000_000

    private static func encode(_ head: ProcessHead, now: Int64) -> String? {
        SharedHead.encode(head, key: "k", now: now, wallClock: written)
    }

    /// Read by a replica whose clock shows so many milliseconds more than the writer's showed then.
    private static func decode(_ text: String?, left: Int, now: Int64, after: Int64 = 0, key: String = "k")
        -> ProcessHead?
    {
        SharedHead.decode(
            Array((text ?? "").utf8),
            key: key,
            left: left,
            now: now,
            wallClock: written + after
        )
    }

    @Test func aHeadIsAsOldAsRedisSays() {
        let head = ProcessHead.latest(12, checkedAt: 5_000_000_000)
        let text = Self.encode(head, now: 5_100_000_000)
        let left = SharedHead.expiry(of: head, now: 5_100_000_000) ?? 0
        #expect(left == Self.lifetime - 100)
        #expect(Self.decode(text, left: left, now: 9_000_000_000) == .latest(12, checkedAt: 8_900_000_000))
        #expect(SharedHead.expiry(of: head, now: 5_000_000_000 + 3_600_000_000_000) == nil)
        #expect(Self.encode(head, now: 5_000_000_000 + 3_600_000_000_000) == nil)
    }

    @Test func theFormIsThatOfReplicasOfOtherReleases() {
        // SHA-256 of "k" and what stands before it, as sha256sum gives it.
        let text = "12 1799999999900 5f26c92e085b9438b37022159fe19c5b"
        #expect(Self.encode(.latest(12, checkedAt: 0), now: 100_000_000) == text)
    }

    @Test func aHeadThatRedisTookNoteOfTooLateIsAsOldAsItsWriterSaid() {
        let text = Self.encode(.latest(12, checkedAt: 0), now: 0)
        let read = Self.decode(text, left: Self.lifetime, now: 60_000_000_000, after: 5_000)
        #expect(read == .latest(12, checkedAt: 55_000_000_000))
        #expect(
            Self.decode(text, left: Self.lifetime, now: 0, after: SharedHead.lifetimeMilliseconds + 1) == nil
        )
    }

    @Test func aReaderWhoseClockIsSlowBelievesRedis() {
        let text = Self.encode(.latest(12, checkedAt: 0), now: 0)
        let read = Self.decode(text, left: Self.lifetime - 7, now: 60_000_000_000, after: -5_000)
        #expect(read == .latest(12, checkedAt: 59_993_000_000))
    }

    @Test func absenceIsSharedToo() {
        let text = Self.encode(.absent(checkedAt: 0), now: 0)
        #expect(Self.decode(text, left: Self.lifetime, now: 3) == .absent(checkedAt: 3))
    }

    @Test func whatIsNotKnownOrDoubtedIsNotShared() {
        #expect(Self.encode(.exists(checkedAt: 1), now: 1) == nil)
        #expect(Self.encode(ProcessHead.latest(3, checkedAt: 1).doubted(), now: 1) == nil)
        #expect(SharedHead.expiry(of: .exists(checkedAt: 1), now: 1) == nil)
    }

    @Test(arguments: [
        "", "0", "12", "-", "-1", "+1x", "99999999999", "1 ", "é", "--", "12  ", "12 0 0", " 1800000000000 ",
        "12 1800000000000 00000000000000000000000000000000",
    ])
    func aHeadOfAnotherFormIsNone(text: String) {
        #expect(Self.decode(text, left: 1_000, now: 0) == nil)
    }

    @Test func aHeadWithAnyBitChangedOrOfAnotherKeyIsNone() throws {
        let text = try #require(Self.encode(.latest(12, checkedAt: 0), now: 0))
        let value = Array(text.utf8)
        for place in value.indices {
            for bit in 0..<8 {
                var damaged = value
                damaged[place] ^= 1 << UInt8(bit)
                let read = SharedHead.decode(damaged, key: "k", left: 1_000, now: 0, wallClock: Self.written)
                #expect(read == nil)
            }
        }
        #expect(Self.decode(text, left: Self.lifetime, now: 0, key: "l") == nil)
        #expect(Self.decode(text + " ", left: Self.lifetime, now: 0) == nil)
    }

    @Test(arguments: [-2, -1, 0, 3_600_001, .max])
    func aHeadOfUnknownAgeIsNone(left: Int) {
        let text = Self.encode(.latest(12, checkedAt: 0), now: 0)
        #expect(Self.decode(text, left: left, now: 0) == nil)
    }
}
