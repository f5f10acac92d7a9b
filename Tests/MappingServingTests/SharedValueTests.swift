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
}
