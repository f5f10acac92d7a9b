import NIOCore

@testable import WebSocketServing

/// What is asked of a connection for every sequence of frames.
enum FuzzEntry {
    static let maxMessageBytes = 48

    /// Promises that do not hold. The first byte says after how many frames the server says goodbye; then follow frames: a byte as on
    /// the wire (fin, reserved bits, opcode), a byte with the mask's bit and the length, the payload.
    static func violations(in input: [UInt8]) -> [String] {
        let goodbye = Int(input.first ?? 0)
        let frames = frames(in: input.dropFirst())
        let whole = history(of: frames.map { [$0] }, goodbye: goodbye)
        var violations = violations(of: whole, in: frames)
        // However a message is cut, it says the same; of two things that are wrong, the other one may be seen first.
        let cut = history(of: frames.map(halves), goodbye: goodbye)
        if cut.map(anyFailure) != whole.map(anyFailure) {
            violations.append("cut in two: \(cut) in place of \(whole)")
        }
        return violations
    }

    private static func anyFailure(_ action: ConnectionMachine.Action) -> ConnectionMachine.Action {
        if case .fail = action { .fail(CloseReason(.protocolError)) } else { action }
    }

    private static func frames(in bytes: ArraySlice<UInt8>) -> [InboundFrame] {
        var rest = bytes
        var frames: [InboundFrame] = []
        while let first = rest.popFirst(), let second = rest.popFirst() {
            let payload = rest.prefix(Int(second & 0x7f))
            rest = rest.dropFirst(payload.count)
            frames.append(
                InboundFrame(
                    isFinal: first & 0x80 != 0,
                    hasReservedBits: first & 0x70 != 0,
                    isMasked: second & 0x80 != 0,
                    opcode: first & 0x0f,
                    payload: ByteBuffer(bytes: payload)
                )
            )
        }
        return frames
    }

    private static func halves(_ frame: InboundFrame) -> [InboundFrame] {
        guard frame.opcode < 2, frame.isMasked, !frame.hasReservedBits else { return [frame] }
        var (first, second) = (frame, frame)
        let bytes = Array(buffer: frame.payload)
        first.isFinal = false
        first.payload = ByteBuffer(bytes: bytes.prefix(bytes.count / 2))
        second.opcode = 0
        second.payload = ByteBuffer(bytes: bytes.dropFirst(bytes.count / 2))
        return [first, second]
    }

    /// What a connection did, in order.
    private static func history(of groups: [[InboundFrame]], goodbye: Int) -> [ConnectionMachine.Action] {
        var machine = ConnectionMachine(maxMessageBytes: maxMessageBytes)
        var actions: [ConnectionMachine.Action] = []
        for (index, group) in groups.enumerated() {
            if index == goodbye, let action = machine.close(CloseReason(.normal)) { actions.append(action) }
            for frame in group { if let action = machine.received(frame) { actions.append(action) } }
        }
        return actions
    }

    private static func violations(
        of actions: [ConnectionMachine.Action],
        in frames: [InboundFrame]
    ) -> [String] {
        var violations: [String] = []
        let payloads = frames.reduce(into: [UInt8]()) { $0 += Array(buffer: $1.payload) }
        var goodbyes = 0
        for (index, action) in actions.enumerated() {
            if goodbyes > 0, action != .disconnect {
                violations.append("something after the goodbye: \(action)")
            }
            switch action {
            case .deliver(let text):
                if text.utf8.count > maxMessageBytes { violations.append("a message that is too long") }
                // A repaired text would have characters that nobody sent.
                if text.unicodeScalars.contains("\u{fffd}"),
                    payloads.firstRange(of: [0xef, 0xbf, 0xbd]) == nil
                {
                    violations.append("a text that is not UTF-8")
                }
            case .pong(let payload):
                if !frames.contains(where: { $0.opcode == 9 && $0.payload == payload }) {
                    violations.append("a pong without a ping")
                }
            case .answerClose, .fail, .sendClose: goodbyes += 1
            case .disconnect:
                if goodbyes == 0 || index != actions.count - 1 { violations.append("a disconnect too early") }
            }
        }
        return violations
    }
}
