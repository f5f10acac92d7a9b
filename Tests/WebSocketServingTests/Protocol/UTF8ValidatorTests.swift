import TestSupport
import Testing

@testable import WebSocketServing

@Suite("UTF-8 that comes in pieces")
struct UTF8ValidatorTests {
    private func accepts(_ pieces: [[UInt8]]) -> Bool {
        var validator = UTF8Validator()
        for piece in pieces {
            guard piece.withUnsafeBytes({ validator.accepts($0) }) else { return false }
        }
        return validator.isComplete
    }

    @Test("A scalar value is a text, cut at every place")
    func scalars() {
        // Those around each change of length and of range, and every hundredth elsewhere.
        let borders = [0x80, 0x800, 0xd800, 0xe000, 0x1_0000, 0x4_0000, 0x10_0000, 0x11_0000]
        let near = borders.flatMap { max(0, $0 - 0x50)..<min($0 + 0x50, 0x11_0000) }
        for value in (near + stride(from: 0, to: 0x11_0000, by: 101)).compactMap({ UnicodeScalar(UInt32($0)) }
        ) {
            let bytes = Array(String(Character(value)).utf8)
            for cut in 0...bytes.count {
                guard accepts([Array(bytes[..<cut]), Array(bytes[cut...])]) else {
                    Issue.record("U+\(String(value.value, radix: 16)) cut at \(cut)")
                    return
                }
            }
        }
    }

    @Test("Sequences of up to three bytes are judged as Swift's own decoder judges them")
    func shortSequences() {
        // Every first byte with the second bytes at the borders of each range, and some third ones.
        let borders: [UInt8] = [
            0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xed, 0xf4, 0xff,
        ]
        for first in UInt8.min ... .max {
            #expect(accepts([[first]]) == (String(validating: [first], as: UTF8.self) != nil))
            for second in borders {
                for third in borders {
                    for bytes in [[first, second], [first, second, third], [first, second, third, 0x80]] {
                        let expected = String(validating: bytes, as: UTF8.self) != nil
                        guard accepts([bytes]) == expected, accepts(bytes.map { [$0] }) == expected else {
                            Issue.record("\(bytes)")
                            return
                        }
                    }
                }
            }
        }
    }

    @Test("A text that ends within a character is not complete")
    func cutOff() {
        var validator = UTF8Validator()
        let half: [UInt8] = [0xe2, 0x82]
        let accepted = half.withUnsafeBytes { validator.accepts($0) }
        #expect(accepted)
        #expect(!validator.isComplete)
    }

    @Test(
        "What is wrong is told at the first byte that cannot go on",
        arguments: [
            [0xc0], [0xc1], [0xf5], [0xff], [0x80], [0xe0, 0x9f], [0xed, 0xa0], [0xf0, 0x8f], [0xf4, 0x90],
        ] as [[UInt8]]
    )
    func early(bytes: [UInt8]) {
        var validator = UTF8Validator()
        let accepted = bytes.withUnsafeBytes { validator.accepts($0) }
        #expect(!accepted)
    }
}
