internal import CNghttp2
internal import Glibc

/// HTTP/2 on one connection, by nghttp2: bytes in, events out; header blocks and messages in, bytes out.
///
/// It owns the `nghttp2_session` and frees it; the callbacks borrow this object through `user_data`. It owns the streams
/// too: each is in its table, and known to nghttp2 by an unretained pointer, until nghttp2 has closed it. Confined to
/// the thread of its connection's loop.
final class HTTP2Session {
    enum Role {
        case client
        /// What makes the stream of a request that comes in.
        case server((_ id: Int32) -> HTTP2Stream)
    }

    /// The largest piece that nghttp2 hands out at once: a frame of the smallest allowed maximum size (RFC 9113,
    /// section 4.2) with its header.
    private static let largestChunk = 16_384 + 9

    let role: Role
    let limits: HTTP2Limits
    /// What came in and has not been acted on.
    var events: [HTTP2Event] = []
    /// Streams on which we have said all before the peer has: a server then ends them.
    var endedEarly: [HTTP2Stream] = []
    /// Streams whose header block cannot be sent, so that nothing else would ever end them.
    var unsendable: [HTTP2Stream] = []
    /// HEADERS that went out since this was last set to 0.
    var headersSent = 0
    /// DATA frames with bytes in them that went out since this was last set to 0.
    var dataSent = 0
    /// A client's streams that nghttp2 has not opened yet: it knows them by their number only.
    var unsent: [Int32: HTTP2Stream] = [:]
    /// The stream whose header block nghttp2 is taking apart. Blocks are never interleaved (RFC 9113, section 4.3).
    var headersStream: HTTP2Stream?
    /// That block, as far as it came.
    var headers = HeaderBlock()
    /// Where bytes are written during `fill`; nil at other times.
    var output: OutputCursor?
    /// How much of messages that are not complete the streams hold together, in bytes.
    var incompleteBytes = 0
    private(set) var streams = SlotTable<HTTP2Stream>()

    private var raw: OpaquePointer?
    /// Where nghttp2 keeps what lives as long as the session.
    private var slab: Slab?

    /// Makes a session and queues its SETTINGS.
    ///
    /// - Throws: `TransportError` where nghttp2 has no memory or refuses a setting.
    init(role: Role, limits: HTTP2Limits) throws(TransportError) {
        self.role = role
        self.limits = limits
        var created: OpaquePointer?
        let me = Unmanaged.passUnretained(self).toOpaque()
        let options = try Self.options(limits)
        defer { nghttp2_option_del(options) }
        guard let slab = SessionMemory.shared.takeSlab() else {
            throw .nghttp2(NGHTTP2_ERR_NOMEM.rawValue, "making an HTTP/2 session")
        }
        self.slab = slab
        var memory = slab.functions
        let result: Int32
        switch role {
        case .client:
            result = nghttp2_session_client_new3(&created, HTTP2Callbacks.shared.raw, me, options, &memory)
        case .server:
            result = nghttp2_session_server_new3(&created, HTTP2Callbacks.shared.raw, me, options, &memory)
        }
        guard result == 0, let created else { throw .nghttp2(result, "making an HTTP/2 session") }
        raw = created
        try submitSettings()
    }

    deinit {
        nghttp2_session_del(raw)
        if let slab { SessionMemory.shared.give(slab) }
    }

    /// The session itself, for calls in this folder.
    var pointer: OpaquePointer {
        guard let raw else { preconditionFailure("a session exists from its initializer to its end") }
        return raw
    }

    private static func options(_ limits: HTTP2Limits) throws(TransportError) -> OpaquePointer {
        var created: OpaquePointer?
        let result = nghttp2_option_new(&created)
        guard result == 0, let created else { throw .nghttp2(result, "making HTTP/2 options") }
        // Windows grow as messages are taken, not as they come: this is what holds a fast sender back.
        nghttp2_option_set_no_auto_window_update(created, 1)
        nghttp2_option_set_no_closed_streams(created, 1)
        // White space around a header's value is no reason to reset the stream (gRPC over HTTP2, "ASCII-Value"): an
        // "authorization: Bearer " whose token is missing must be told what it lacks.
        nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(created, 1)
        nghttp2_option_set_stream_reset_rate_limit(
            created,
            UInt64(limits.streamResets.burst),
            UInt64(limits.streamResets.perSecond)
        )
        nghttp2_option_set_max_outbound_ack(created, limits.maxUnsentAcknowledgements)
        return created
    }

    private func submitSettings() throws(TransportError) {
        var entries = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(limits.maxConcurrentStreams)
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(limits.streamWindowBytes)
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(limits.maxHeaderListBytes)
            ),
        ]
        if case .client = role {
            entries[0] = nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue),
                value: 0
            )
        }
        var result = nghttp2_submit_settings(
            pointer,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            entries,
            entries.count
        )
        guard result == 0 else { throw .nghttp2(result, "submitting SETTINGS") }
        result = nghttp2_session_set_local_window_size(
            pointer,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            0,
            Int32(limits.connectionWindowBytes)
        )
        guard result == 0 else { throw .nghttp2(result, "setting the connection's window") }
    }

    // MARK: Bytes

    /// Takes bytes of the peer's in; what they say is appended to `events`.
    ///
    /// An error of the protocol's ends the connection: nghttp2 queues the GOAWAY that tells why, or it is thrown.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        let consumed = nghttp2_session_mem_recv(
            pointer,
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            bytes.count
        )
        guard consumed >= 0 else { throw .nghttp2(Int32(consumed), "reading HTTP/2 frames") }
    }

    /// Writes what waits to go into `buffer`, as much as fits.
    ///
    /// - Returns: How many bytes; 0 where there is nothing, or flow control holds it back.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Int {
        output = OutputCursor(buffer: buffer)
        defer { output = nil }
        while let cursor = output, cursor.room >= Self.largestChunk {
            var chunk: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(pointer, &chunk)
            guard count >= 0 else { throw .nghttp2(Int32(count), "writing HTTP/2 frames") }
            if count == 0 {
                if resetStreamsThatAreDone() { continue }
                break
            }
            if let chunk { output?.append(UnsafeRawBufferPointer(start: chunk, count: count)) }
        }
        return output?.count ?? 0
    }

    /// Whether nghttp2 still has something to say or to hear; where neither, the connection is over.
    var isOver: Bool {
        nghttp2_session_want_read(pointer) == 0 && nghttp2_session_want_write(pointer) == 0
    }

    /// How many frames, other than DATA, wait to be sent.
    var outboundQueueCount: Int { nghttp2_session_get_outbound_queue_size(pointer) }

    // MARK: Streams

    /// Takes a stream that has just been opened into the table.
    func register(_ stream: HTTP2Stream) {
        stream.slot = streams.add(stream)
    }

    func adopt(_ stream: HTTP2Stream) {
        register(stream)
        let result = nghttp2_session_set_stream_user_data(
            pointer,
            stream.id,
            Unmanaged.passUnretained(stream).toOpaque()
        )
        precondition(result == 0, "nghttp2 does not know stream \(stream.id), which it has just opened")
    }

    /// Lets a stream go that is over.
    ///
    /// - Returns: False where that has been done before: nghttp2 may tell twice of a request that could not be sent.
    func disown(_ stream: HTTP2Stream) -> Bool {
        guard stream.slot >= 0 else { return false }
        streams.remove(stream.slot)
        incompleteBytes -= stream.deframer.partialByteCount
        stream.slot = -1
        stream.sending = .ended
        return true
    }

    /// Lets go of the streams once the connection is closed: they hold it, and would for ever.
    ///
    /// nghttp2 still knows them, by pointers that it follows no more: nothing is asked of it from here on but its end.
    func abandonStreams() {
        for stream in streams.elements {
            stream.slot = -1
            stream.sending = .ended
        }
        streams = SlotTable()
        unsent = [:]
        endedEarly = []
        unsendable = []
        headersStream = nil
        events = []
    }

    func stream(_ id: Int32) -> HTTP2Stream? {
        guard let pointer = nghttp2_session_get_stream_user_data(pointer, id) else { return nil }
        return Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    }
}

/// Where the next outgoing byte goes.
struct OutputCursor {
    let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    var room: Int { buffer.count - count }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        withRoom(for: bytes.count) { destination in
            if let base = bytes.baseAddress { _ = memcpy(destination, base, bytes.count) }
        }
    }

    /// Lends room for `length` bytes, which `body` fills.
    mutating func withRoom(for length: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        precondition(length <= room, "\(length) bytes do not fit into \(room)")
        guard length > 0, let base = buffer.baseAddress else { return }
        body(base + count)
        count += length
    }
}
