internal import EventLoop

/// A socket with HTTP/2 on it: reads when there is something to read, hands the events on, and writes once per turn of
/// the loop whatever its streams have to say.
///
/// It decides nothing: the actor that owns it does, in `handle` and `closed`. Confined to the loop's thread.
final class HTTP2Connection {
    /// How often a socket is read in one turn before others have theirs.
    private static let readsPerTurn = 8

    let loop: EventLoop
    let session: HTTP2Session
    private let socket: Socket
    private let buffers: LoopBuffers
    private var registration: Registration?
    /// What the socket did not take. While there is something, nothing new is asked of the session.
    private var unwritten: [UInt8] = []
    private var unwrittenOffset = 0
    private var isFlushScheduled = false
    private var isClosing = false
    private(set) var isClosed = false
    /// When bytes came in last, in nanoseconds of the loop's clock.
    private(set) var lastReceived: Int64

    /// Acts on what came in, in order.
    private let handle: (inout [HTTP2Event]) -> Void
    /// Told once, when the socket is closed: with the reason, or nil where both sides had said all.
    private let closed: (TransportError?) -> Void

    init(
        loop: EventLoop,
        socket: Socket,
        session: HTTP2Session,
        buffers: LoopBuffers,
        handle: @escaping (inout [HTTP2Event]) -> Void,
        closed: @escaping (TransportError?) -> Void
    ) {
        self.loop = loop
        self.socket = socket
        self.session = session
        self.buffers = buffers
        self.handle = handle
        self.closed = closed
        lastReceived = loop.uptimeNanoseconds
    }

    /// Begins to read, and says what the session has to say first.
    func start() throws(TransportError) {
        do {
            registration = try loop.register(socket.descriptor, interest: .readable) {
                [unowned self] readiness in
                self.becameReady(readiness)
            }
        } catch {
            throw .system(error.message, error.errorNumber)
        }
        setNeedsFlush()
    }

    private func becameReady(_ readiness: Readiness) {
        if readiness.contains(.writable) { flush() }
        if !readiness.isDisjoint(with: [.readable, .hangUp, .error]), !isClosed { read() }
    }

    // MARK: Reading

    private func read() {
        do throws(TransportError) {
            for _ in 0..<Self.readsPerTurn {
                guard !isClosed else { return }
                switch try socket.read(into: buffers.input) {
                case .wouldBlock: return
                case .end:
                    return close(TransportError(.connectionLost, "The peer closed the connection."))
                case .bytes(let count):
                    lastReceived = loop.uptimeNanoseconds
                    try session.receive(UnsafeRawBufferPointer(rebasing: buffers.input[..<count]))
                    if !session.events.isEmpty { handleEvents() }
                    // Anything may have made nghttp2 want to answer: SETTINGS, PING, windows, errors.
                    setNeedsFlush()
                    if count < buffers.input.count { return }
                }
            }
        } catch {
            fail(error)
        }
    }

    private func handleEvents() {
        var events: [HTTP2Event] = []
        // Both arrays keep their room: the next read fills the one that this one leaves.
        swap(&events, &session.events)
        handle(&events)
        events.removeAll(keepingCapacity: true)
        if session.events.isEmpty { swap(&events, &session.events) }
    }

    // MARK: Writing

    /// Has what waits written at the end of this turn. Cheap where that is planned already.
    func setNeedsFlush() {
        guard !isFlushScheduled, !isClosed else { return }
        isFlushScheduled = true
        loop.atEndOfTurn { [self] in
            isFlushScheduled = false
            flush()
        }
    }

    /// Writes what waits, as far as the socket takes it.
    func flush() {
        guard !isClosed else { return }
        do throws(TransportError) {
            guard try writeUnwritten() else { return }
            while true {
                let count = try session.fill(buffers.output)
                if count == 0 { break }
                guard try write(UnsafeRawBufferPointer(rebasing: buffers.output[..<count])) else { break }
            }
        } catch {
            return close(error)
        }
        // Closing a stream locally and refusing one are events too, and come while writing.
        if !session.events.isEmpty { handleEvents() }
        if unwritten.isEmpty {
            if registration?.interest != .readable { registration?.interest = .readable }
            if isClosing || session.isOver { close(nil) }
        } else if registration?.interest == .readable {
            registration?.interest = [.readable, .writable]
        }
    }

    /// False where the socket took only a part; the rest is kept.
    private func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            guard case .bytes(let count) = try socket.write(rest) else {
                unwritten = Array(rest)
                unwrittenOffset = 0
                return false
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }

    private func writeUnwritten() throws(TransportError) -> Bool {
        while unwrittenOffset < unwritten.count {
            let transfer: Result<Socket.Transfer, TransportError> = unwritten.withUnsafeBytes { bytes in
                do throws(TransportError) {
                    return .success(
                        try socket.write(UnsafeRawBufferPointer(rebasing: bytes[unwrittenOffset...]))
                    )
                } catch {
                    return .failure(error)
                }
            }
            guard case .bytes(let count) = try transfer.get() else { return false }
            unwrittenOffset += count
        }
        unwritten = []
        unwrittenOffset = 0
        return true
    }

    // MARK: Closing

    /// Closes once everything that waits has been written.
    func closeAfterFlush() {
        isClosing = true
        setNeedsFlush()
    }

    /// Tells the peer of a failure where that is possible, and closes.
    private func fail(_ error: TransportError) {
        guard !isClosed else { return }
        if let count = try? session.fill(buffers.output), count > 0 {
            _ = try? socket.write(UnsafeRawBufferPointer(rebasing: buffers.output[..<count]))
        }
        close(error)
    }

    /// Closes now. Idempotent.
    func close(_ error: TransportError?) {
        guard !isClosed else { return }
        isClosed = true
        registration?.cancel()
        registration = nil
        socket.close()
        unwritten = []
        if !session.events.isEmpty { handleEvents() }
        closed(error)
    }
}
