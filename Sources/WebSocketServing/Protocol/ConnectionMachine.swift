internal import NIOCore

/// What a server does with the frames of one connection: assembles messages, answers pings, says goodbye. A value without I/O.
///
/// A connection is open until one side sends a close frame. Where the peer does so first, its code is sent back and the connection
/// closed. Where the server does, it waits for the peer's. Where the peer breaks the protocol, it is told why, and nothing that it
/// sends afterwards is looked at (RFC 6455, sections 5 and 7).
struct ConnectionMachine {
    /// What must be done now.
    enum Action: Equatable {
        /// A whole message has come.
        case deliver(String)
        /// A ping's payload goes back.
        case pong(ByteBuffer)
        /// The peer said goodbye: its code goes back (nil: it gave none), and then the connection is closed.
        case answerClose(CloseCode?)
        /// The server says goodbye, and waits for the peer to do so as well.
        case sendClose(CloseReason)
        /// The peer broke the protocol: it is told so, and what it still sends is thrown away.
        case fail(CloseReason)
        /// Both have said goodbye.
        case disconnect
    }

    private enum State {
        /// Exits: closing, over.
        case open
        /// The server's close frame is under way. Exits: over.
        case closing
        /// Nothing is read any more.
        case over
    }

    /// A text of which only some frames have come.
    private struct Assembly {
        var text: ByteBuffer
        var validator: UTF8Validator
    }

    private let maxMessageBytes: Int
    private var state = State.open
    private var assembly: Assembly?

    /// A connection that has just been made.
    init(maxMessageBytes: Int) {
        self.maxMessageBytes = maxMessageBytes
    }

    /// Whether messages still go both ways.
    var isOpen: Bool { state == .open }
    /// Whether nothing that comes matters any more.
    var isOver: Bool { state == .over }

    /// A frame has come.
    mutating func received(_ frame: InboundFrame) -> Action? {
        guard state != .over else { return nil }
        guard frame.isMasked else { return fail(.protocolError, "A client's frames are masked.") }
        guard !frame.hasReservedBits else {
            return fail(.protocolError, "A reserved bit is set, and no extension was agreed on.")
        }
        guard let kind = InboundFrame.Kind(rawValue: frame.opcode) else {
            return fail(.protocolError, "There is no such opcode.")
        }
        switch kind {
        case .ping: return state == .open ? .pong(frame.payload) : nil
        case .pong: return nil
        case .close: return receivedClose(frame.payload)
        case .binary:
            guard assembly == nil else { return interleaved }
            return fail(.unsupportedData, "Only text messages are taken.")
        case .text:
            guard assembly == nil else { return interleaved }
            assembly = Assembly(text: ByteBuffer(), validator: UTF8Validator())
            return continued(frame)
        case .continuation:
            guard assembly != nil else {
                return fail(.protocolError, "There is no message to go on with.")
            }
            return continued(frame)
        }
    }

    /// What came is no frame, or one that is too large.
    mutating func receivedNoFrame(isTooLarge: Bool) -> Action? {
        guard state != .over else { return nil }
        return isTooLarge ? tooBig : fail(.protocolError, "A control frame is fragmented or too long.")
    }

    /// The server has nothing more to say. Only the first goodbye counts.
    mutating func close(_ reason: CloseReason) -> Action? {
        guard state == .open else { return nil }
        state = .closing
        assembly = nil
        return .sendClose(reason)
    }

    /// The connection is gone.
    mutating func disconnected() {
        state = .over
        assembly = nil
    }

    // MARK: Messages

    private mutating func continued(_ frame: InboundFrame) -> Action? {
        guard var current = assembly else { return nil }
        assembly = nil
        guard current.text.readableBytes + frame.payload.readableBytes <= maxMessageBytes else {
            return tooBig
        }
        let isText = frame.payload.withUnsafeReadableBytes { current.validator.accepts($0) }
        guard isText, current.validator.isComplete || !frame.isFinal else {
            return fail(.invalidPayload, "A text message is not UTF-8.")
        }
        // A message of one frame is not copied.
        if current.text.readableBytes == 0 {
            current.text = frame.payload
        } else {
            current.text.writeImmutableBuffer(frame.payload)
        }
        guard frame.isFinal else {
            assembly = current
            return nil
        }
        return state == .open ? .deliver(String(buffer: current.text)) : nil
    }

    private var interleaved: Action? {
        mutating get { fail(.protocolError, "A message begins within another one.") }
    }

    private var tooBig: Action? {
        mutating get { fail(.messageTooBig, "A message has more than \(maxMessageBytes) bytes.") }
    }

    // MARK: Goodbyes

    private mutating func receivedClose(_ payload: ByteBuffer) -> Action? {
        var payload = payload
        var code: CloseCode?
        if payload.readableBytes > 0 {
            guard let number = payload.readInteger(as: UInt16.self),
                CloseCode(rawValue: number).isAllowedOnWire
            else { return fail(.protocolError, "A close frame's code is none that may be sent.") }
            var validator = UTF8Validator()
            let isText = payload.withUnsafeReadableBytes { validator.accepts($0) }
            guard isText, validator.isComplete else {
                return fail(.invalidPayload, "A close frame's reason is not UTF-8.")
            }
            code = CloseCode(rawValue: number)
        }
        let hadBegun = state == .closing
        state = .over
        assembly = nil
        return hadBegun ? .disconnect : .answerClose(code)
    }

    private mutating func fail(_ code: CloseCode, _ sentence: String) -> Action? {
        // A second close frame must not follow the first (RFC 6455, section 5.5.1).
        let hadBegun = state == .closing
        state = .over
        assembly = nil
        return hadBegun ? .disconnect : .fail(CloseReason(code, sentence))
    }
}
