import GRPCNghttp2
import TestSupport
import Testing

@testable import MappingServing

/// What lies in Redis, where anyone may have written.
@Suite struct SharedValueTests {
    private static let answer = StoredAnswer(
        message: MessageBytes([1, 2, 3, 250]),
        version: 7,
        contentHash: Array("c0ffee".utf8)
    )

    @Test func aValueGivesItsAnswerBack() {
        let value = SharedValue.encode(Self.answer, key: "k")
        #expect(SharedValue.decode(value, key: "k", version: 7) == Self.answer)
    }

    @Test func anEmptyAnswerGivesItselfBack() {
        let empty = StoredAnswer(message: MessageBytes([]), version: 1, contentHash: [])
        let value = SharedValue.encode(empty, key: "k")
        #expect(SharedValue.decode(value, key: "k", version: 1) == empty)
    }

    @Test func theFormIsThatOfReplicasOfOtherReleases() {
        let value = SharedValue.encode(Self.answer, key: "k")
        #expect(value.first == 1)
        #expect(Array(value[17...]) == [0, 0, 0, 7, 6] + Array("c0ffee".utf8) + [1, 2, 3, 250])
        // SHA-256 of "k" and the bytes above, as sha256sum gives it.
        #expect(value[1...4].elementsEqual([0xd0, 0xdd, 0x1a, 0x54]))
    }

    @Test func theValueOfAnotherKeyOrVersionIsNone() {
        let value = SharedValue.encode(Self.answer, key: "k")
        #expect(SharedValue.decode(value, key: "l", version: 7) == nil)
        #expect(SharedValue.decode(value, key: "k", version: 8) == nil)
    }

    @Test func aValueCutShortAnywhereIsNone() {
        let value = SharedValue.encode(Self.answer, key: "k")
        for count in 0..<value.count {
            #expect(SharedValue.decode(Array(value.prefix(count)), key: "k", version: 7) == nil)
        }
        #expect(SharedValue.decode(value + [0], key: "k", version: 7) == nil)
    }

    @Test func aValueWithAnyBitChangedIsNone() {
        let value = SharedValue.encode(Self.answer, key: "k")
        for place in value.indices {
            for bit in 0..<8 {
                var damaged = value
                damaged[place] ^= 1 << UInt8(bit)
                #expect(SharedValue.decode(damaged, key: "k", version: 7) == nil)
            }
        }
    }

    @Test func anyBytesAreNoValue() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            #expect(SharedValue.decode([1] + bytes, key: "k", version: 7) == nil)
        }
    }

    @Test func aHeadIsAsOldAsRedisSays() {
        let head = ProcessHead.latest(12, checkedAt: 5_000_000_000)
        #expect(SharedHead.encode(head) == "12")
        let left = SharedHead.expiry(of: head, now: 5_100_000_000)
        #expect(left == Int(SharedHead.lifetimeMilliseconds) - 100)
        let read = SharedHead.decode(Array("12".utf8), left: left ?? 0, now: 9_000_000_000)
        #expect(read == .latest(12, checkedAt: 8_900_000_000))
        #expect(SharedHead.expiry(of: head, now: 5_000_000_000 + 3_600_000_000_000) == nil)
    }

    @Test func absenceIsSharedToo() {
        let absent = ProcessHead.absent(checkedAt: 0)
        #expect(SharedHead.encode(absent) == "-")
        let lifetime = Int(SharedHead.lifetimeMilliseconds)
        #expect(SharedHead.decode([UInt8(ascii: "-")], left: lifetime, now: 3) == .absent(checkedAt: 3))
    }

    @Test func whatIsNotKnownOrDoubtedIsNotShared() {
        #expect(SharedHead.encode(.exists(checkedAt: 1)) == nil)
        #expect(SharedHead.encode(ProcessHead.latest(3, checkedAt: 1).doubted()) == nil)
    }

    @Test(arguments: ["", "0", "-1", "+1x", "99999999999", "1 ", "é", "--"])
    func aHeadOfAnotherFormIsNone(text: String) {
        #expect(SharedHead.decode(Array(text.utf8), left: 1_000, now: 0) == nil)
    }

    @Test(arguments: [-2, -1, 0, 3_600_001, .max])
    func aHeadOfUnknownAgeIsNone(left: Int) {
        #expect(SharedHead.decode(Array("12".utf8), left: left, now: 0) == nil)
    }
}
