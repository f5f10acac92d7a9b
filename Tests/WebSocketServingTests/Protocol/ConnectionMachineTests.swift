import NIOCore
import Testing

@testable import WebSocketServing

private func frame(
    _ kind: InboundFrame.Kind,
    _ text: String = "",
    isFinal: Bool = true,
    isMasked: Bool = true
) -> InboundFrame {
    InboundFrame(
        isFinal: isFinal,
        isMasked: isMasked,
        opcode: kind.rawValue,
        payload: ByteBuffer(string: text)
    )
}

private func frame(_ kind: InboundFrame.Kind, bytes: [UInt8], isFinal: Bool = true) -> InboundFrame {
    InboundFrame(isFinal: isFinal, opcode: kind.rawValue, payload: ByteBuffer(bytes: bytes))
}

private func code(_ action: ConnectionMachine.Action?) -> UInt16? {
    guard case .fail(let reason) = action else { return nil }
    return reason.code.rawValue
}

@Suite("What a server does with frames")
struct ConnectionMachineTests {
    private var machine = ConnectionMachine(maxMessageBytes: 16)

    @Test("A text of one frame is delivered")
    mutating func single() {
        let action = machine.received(frame(.text, "häh"))
        #expect(action == .deliver("häh"))
    }

    @Test("An empty text is a message")
    mutating func empty() {
        let action = machine.received(frame(.text))
        #expect(action == .deliver(""))
    }

    @Test("Fragments become one message, with control frames between them answered at once")
    mutating func fragments() {
        let actions = [
            machine.received(frame(.text, "a", isFinal: false)),
            machine.received(frame(.ping, "p")),
            machine.received(frame(.continuation, "", isFinal: false)),
            machine.received(frame(.pong, "x")),
            machine.received(frame(.continuation, "b")),
            machine.received(frame(.text, "c")),
        ]
        #expect(actions == [nil, .pong(ByteBuffer(string: "p")), nil, nil, .deliver("ab"), .deliver("c")])
    }

    @Test("A character may be cut by the border of frames, not by the end of the message")
    mutating func cutCharacters() {
        #expect(machine.received(frame(.text, bytes: [0xe2], isFinal: false)) == nil)
        #expect(machine.received(frame(.continuation, bytes: [0x82, 0xac])) == .deliver("€"))
        #expect(machine.received(frame(.text, bytes: [0xe2], isFinal: false)) == nil)
        #expect(code(machine.received(frame(.continuation, bytes: [0x82]))) == 1_007)
    }

    @Test("A text that cannot become UTF-8 is refused before its end")
    mutating func earlyRefusal() {
        #expect(code(machine.received(frame(.text, bytes: [0xed, 0xa0], isFinal: false))) == 1_007)
    }

    @Test(
        "Frames that break the protocol",
        arguments: [
            (frame(.text, "a", isMasked: false), 1_002), (frame(.continuation, "a"), 1_002),
            (frame(.binary, "a"), 1_003),
            (InboundFrame(hasReservedBits: true, opcode: 1, payload: ByteBuffer()), 1_002),
            (InboundFrame(opcode: 3, payload: ByteBuffer()), 1_002),
            (InboundFrame(opcode: 11, payload: ByteBuffer()), 1_002),
            (frame(.close, "x"), 1_002), (frame(.close, bytes: [0x03, 0xe8, 0xff]), 1_007),
            (frame(.text, "seventeen letters"), 1_009),
        ] as [(InboundFrame, UInt16)]
    )
    func faults(frame: InboundFrame, expected: UInt16) {
        var machine = ConnectionMachine(maxMessageBytes: 16)
        #expect(code(machine.received(frame)) == expected)
        // And nothing afterwards counts.
        #expect(machine.received(InboundFrame(opcode: 1, payload: ByteBuffer())) == nil)
        #expect(machine.close(CloseReason(.normal)) == nil)
        #expect(machine.isOver)
    }

    @Test(
        "A message within a message is refused, whatever its kind",
        arguments: [InboundFrame.Kind.text, .binary]
    )
    func interleaved(kind: InboundFrame.Kind) {
        var machine = ConnectionMachine(maxMessageBytes: 16)
        #expect(machine.received(frame(.text, "a", isFinal: false)) == nil)
        #expect(code(machine.received(frame(kind, "b"))) == 1_002)
    }

    @Test("Fragments together may be as long as a message, and not longer")
    mutating func length() {
        #expect(machine.received(frame(.text, "0123456789", isFinal: false)) == nil)
        #expect(machine.received(frame(.continuation, "012345")) == .deliver("0123456789012345"))
        #expect(machine.received(frame(.text, "0123456789", isFinal: false)) == nil)
        #expect(code(machine.received(frame(.continuation, "0123456"))) == 1_009)
    }

    @Test("A goodbye is answered with its code, one without a code with none")
    func goodbyes() {
        var first = ConnectionMachine(maxMessageBytes: 16)
        #expect(first.received(frame(.close, bytes: [0x03, 0xe8, 0x61])) == .answerClose(.normal))
        #expect(first.received(frame(.text, "late")) == nil)
        var second = ConnectionMachine(maxMessageBytes: 16)
        #expect(second.received(frame(.close)) == .answerClose(nil))
    }

    @Test("Codes that may be sent, and those that may not")
    func codes() {
        for number in [1_000, 1_001, 1_002, 1_003, 1_007, 1_011, 1_014, 3_000, 3_999, 4_000, 4_401, 4_999]
            as [UInt16]
        {
            #expect(CloseCode(rawValue: number).isAllowedOnWire, "\(number)")
        }
        for number in [0, 999, 1_004, 1_005, 1_006, 1_015, 1_016, 1_100, 2_000, 2_999, 5_000, 65_535]
            as [UInt16]
        {
            #expect(!CloseCode(rawValue: number).isAllowedOnWire, "\(number)")
        }
    }

    @Test("After the server's goodbye, texts are no longer delivered, and the peer's goodbye ends it")
    mutating func closing() {
        let reason = CloseReason(CloseCode(rawValue: 4_401), "bye")
        #expect(machine.close(reason) == .sendClose(reason))
        #expect(machine.close(CloseReason(.normal)) == nil)
        #expect(!machine.isOpen)
        #expect(machine.received(frame(.text, "late")) == nil)
        #expect(machine.received(frame(.ping)) == nil)
        #expect(machine.received(frame(.close, bytes: [0x11, 0x31])) == .disconnect)
    }

    @Test("A peer that breaks the protocol after the server's goodbye gets no second one")
    mutating func faultWhileClosing() {
        _ = machine.close(CloseReason(.normal))
        #expect(machine.received(frame(.continuation)) == .disconnect)
    }

    @Test("What the codec refuses is told by its kind")
    func codec() {
        var first = ConnectionMachine(maxMessageBytes: 16)
        #expect(code(first.receivedNoFrame(isTooLarge: true)) == 1_009)
        var second = ConnectionMachine(maxMessageBytes: 16)
        #expect(code(second.receivedNoFrame(isTooLarge: false)) == 1_002)
        #expect(second.receivedNoFrame(isTooLarge: false) == nil)
    }

    @Test("A long sentence is cut between characters, at 123 bytes")
    func sentences() {
        #expect(CloseReason(.normal, String(repeating: "a", count: 123)).wireSentence.utf8.count == 123)
        #expect(CloseReason(.normal, String(repeating: "€", count: 60)).wireSentence.utf8.count == 123)
        #expect(CloseReason(.normal, String(repeating: "😀", count: 60)).wireSentence.utf8.count == 120)
    }
}
