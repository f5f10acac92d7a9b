import FoundationEssentials
import GRPCNghttp2
import ServiceKit
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

    private static let process = ProcessKey(
        organization: UUID(uuidString: "00112233-4455-6677-8899-aabbccddeeff") ?? UUID(),
        process: UUID(uuidString: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") ?? UUID()
    )
    private static let key = MappingKey(process: process, kind: .mapping, version: 7)

    @Test func aValueGivesItsAnswerBack() {
        let value = SharedValue.encode(Self.answer, to: Self.key)
        #expect(SharedValue.decode(value, to: Self.key) == Self.answer)
    }

    @Test func anEmptyAnswerGivesItselfBack() {
        let empty = StoredAnswer(message: MessageBytes([]), version: 1, contentHash: [])
        let value = SharedValue.encode(empty, to: Self.key)
        #expect(SharedValue.decode(value, to: Self.key.at(1)) == empty)
    }

    @Test func theFormIsThatOfReplicasOfOtherReleases() {
        let value = SharedValue.encode(Self.answer, to: Self.key)
        #expect(value.first == 2)
        #expect(Array(value[17...]) == [0, 0, 0, 7, 6] + Array("c0ffee".utf8) + [1, 2, 3, 250])
        // SHA-256 of both IDs, -1 and the bytes above, as Python gives it.
        #expect(value[1...4].elementsEqual([0xb4, 0xc9, 0x7a, 0xee]))
    }

    @Test func theValueOfAnotherQuestionIsNone() {
        let value = SharedValue.encode(Self.answer, to: Self.key)
        let (organization, process) = (Self.process.organization, Self.process.process)
        for other in [
            Self.key.at(8), MappingKey(process: Self.process, kind: .evolution(from: 1), version: 7),
            MappingKey(
                process: ProcessKey(organization: process, process: process),
                kind: .mapping,
                version: 7
            ),
            MappingKey(
                process: ProcessKey(organization: organization, process: organization),
                kind: .mapping,
                version: 7
            ),
        ] {
            #expect(SharedValue.decode(value, to: other) == nil)
        }
    }

    @Test func aValueCutShortAnywhereIsNone() {
        let value = SharedValue.encode(Self.answer, to: Self.key)
        for count in 0..<value.count {
            #expect(SharedValue.decode(Array(value.prefix(count)), to: Self.key) == nil)
        }
        #expect(SharedValue.decode(value + [0], to: Self.key) == nil)
    }

    @Test func aValueWithAnyBitChangedIsNone() {
        let value = SharedValue.encode(Self.answer, to: Self.key)
        for place in value.indices {
            for bit in 0..<8 {
                var damaged = value
                damaged[place] ^= 1 << UInt8(bit)
                #expect(SharedValue.decode(damaged, to: Self.key) == nil)
            }
        }
    }

    @Test func anyBytesAreNoValue() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            #expect(SharedValue.decode([2] + bytes, to: Self.key) == nil)
        }
    }
}
