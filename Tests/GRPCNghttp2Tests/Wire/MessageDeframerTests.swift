import DequeModule
import Testing

@testable import GRPCNghttp2

@Suite struct MessageDeframerTests {
    private static let four: [[UInt8]] = [
        MessageBytes([]).framed,
        MessageBytes([0x61]).framed,
        [1, 0, 0, 0, 3, 1, 0, 255],
        MessageBytes(repeating: 0xaa, count: 300).framed,
    ]

    @Test func messagesComeOutWhereverTheStreamIsCut() {
        let stream = Self.four.flatMap(\.self)
        for cut in 0...stream.count {
            let deframed = Deframed(stream, cutAt: [cut], maxMessageBytes: 300)
            #expect(deframed.messages == Self.four, "cut at \(cut)")
            #expect(deframed.error == nil && deframed.partialByteCount == 0, "cut at \(cut)")
        }
        let byteByByte = Deframed(stream, cutAt: Array(1..<stream.count), maxMessageBytes: 300)
        #expect(byteByByte.messages == Self.four)
    }

    @Test func messagesComeOutWhereverTheStreamIsCutTwice() {
        let stream = Self.four.dropLast().flatMap(\.self)
        for first in 0...stream.count {
            for second in first...stream.count {
                let deframed = Deframed(stream, cutAt: [first, second], maxMessageBytes: 3)
                #expect(deframed.messages == Array(Self.four.dropLast()), "cut at \(first) and \(second)")
            }
        }
    }

    @Test func aMessageComesOutWithItsLastByteAndNoSooner() throws {
        var deframer = MessageDeframer(maxMessageBytes: 10)
        var messages: Deque<MessageBytes> = []
        func append(_ bytes: [UInt8]) throws {
            try bytes.withUnsafeBytes { try deframer.append($0, to: &messages) }
        }
        #expect(!deframer.hasPartialMessage)
        try append([0, 0, 0])
        #expect(deframer.hasPartialMessage && deframer.partialByteCount == 3)
        try append([0, 2, 7])
        #expect(deframer.partialByteCount == 6 && messages.isEmpty)
        try append([])
        #expect(deframer.partialByteCount == 6 && messages.isEmpty)
        try append([8, 1])
        #expect(messages == [MessageBytes([7, 8])])
        #expect(deframer.partialByteCount == 1)
    }

    @Test(arguments: [[], [1], [2], [4], [5], [6], [1, 2, 3, 4, 5]])
    func fourGiBDeclaredAreRefusedWithTheFifthByte(cuts: [Int]) {
        let deframed = Deframed(
            [0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3],
            cutAt: cuts,
            maxMessageBytes: 4 * 1024 * 1024
        )
        #expect(deframed.error == .limitExceeded)
        #expect(deframed.messages.isEmpty)
        #expect(deframed.partialByteCount == 5, "nothing but the prefix is kept")
    }

    @Test func theLimitIsTheLongestMessageAllowed() {
        #expect(Deframed(MessageBytes(repeating: 1, count: 8).framed, maxMessageBytes: 8).messages.count == 1)
        #expect(Deframed([0, 0, 0, 0, 9], maxMessageBytes: 8).error == .limitExceeded)
        #expect(Deframed([0, 0, 0, 0, 0], maxMessageBytes: 0).messages == [[0, 0, 0, 0, 0]])
        #expect(Deframed([0, 0, 0, 0, 1], maxMessageBytes: 0).error == .limitExceeded)
    }

    @Test(arguments: [UInt8](2...255))
    func aFlagThatIsNeitherZeroNorOneIsAViolation(flag: UInt8) {
        for cuts in [[], [6], [8]] {
            let deframed = Deframed([0, 0, 0, 0, 1, 9, flag, 0, 0, 0, 0], cutAt: cuts, maxMessageBytes: 10)
            #expect(deframed.error == .protocolViolation)
            #expect(deframed.messages == [[0, 0, 0, 0, 1, 9]], "the message before it is delivered")
        }
    }

    @Test func whatHasBeenRefusedStaysRefused() {
        for prefix: [UInt8] in [[2, 0, 0, 0, 0], [0, 1, 0, 0, 0]] {
            var deframer = MessageDeframer(maxMessageBytes: 10)
            var messages: Deque<MessageBytes> = []
            for _ in 0..<3 {
                #expect(throws: TransportError.self) {
                    try prefix.withUnsafeBytes { try deframer.append($0, to: &messages) }
                }
            }
            #expect(messages.isEmpty && deframer.partialByteCount == 5)
        }
    }

    @Test func memoryGrowsWithWhatHasComeAndNotWithWhatIsDeclared() {
        var bytes: [UInt8] = []
        let declared = 1 << 32
        for _ in 0..<64 {
            bytes.reserveCapacity(forAppending: 1000, atMost: declared)
            bytes.append(contentsOf: repeatElement(0, count: 1000))
            // The allocator rounds up a little.
            #expect(bytes.capacity <= 2 * bytes.count + 64)
        }
        let exact = 70_000
        bytes.reserveCapacity(forAppending: 1000, atMost: exact)
        #expect(bytes.capacity < exact + 8192)
    }
}
