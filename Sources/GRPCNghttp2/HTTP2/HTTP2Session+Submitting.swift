internal import CNghttp2

/// What a connection asks of its peer. Nothing is sent before the next `fill`.
extension HTTP2Session {
    /// A server's first header block; messages follow, then the stream's trailers.
    func submitResponse(
        _ stream: HTTP2Stream,
        _ fields: UnsafePointer<nghttp2_nv>,
        _ count: Int
    ) throws(TransportError) {
        var provider = dataProvider(of: stream)
        stream.sending = .active
        let result = nghttp2_submit_response(pointer, stream.id, fields, count, &provider)
        guard result == 0 else { throw .nghttp2(result, "submitting a response") }
    }

    /// A server's only header block ("Trailers-Only").
    func submitOnlyHeaders(_ stream: HTTP2Stream, _ headers: HeaderList) throws(TransportError) {
        stream.sending = .ended
        let result = headers.withNameValues { nghttp2_submit_response(pointer, stream.id, $0, $1, nil) }
        guard result == 0 else { throw .nghttp2(result, "submitting an error response") }
    }

    /// A client's request; messages follow. Gives the stream its number and takes it into the table.
    func submitRequest(_ stream: HTTP2Stream, _ headers: HeaderList) throws(TransportError) {
        var provider = dataProvider(of: stream)
        stream.sending = .active
        let id = headers.withNameValues {
            nghttp2_submit_request(
                pointer,
                nil,
                $0,
                $1,
                &provider,
                Unmanaged.passUnretained(stream).toOpaque()
            )
        }
        guard id > 0 else { throw .nghttp2(id, "submitting a request") }
        stream.id = id
        register(stream)
        unsent[id] = stream
    }

    /// Tells nghttp2 that a stream has bytes again, or has ended.
    func resume(_ stream: HTTP2Stream) {
        guard stream.sending == .deferred else { return }
        stream.sending = .active
        let result = nghttp2_session_resume_data(pointer, stream.id)
        precondition(result == 0, "stream \(stream.id) waits for no data")
    }

    /// Ends a stream at once, in both directions.
    func reset(_ stream: HTTP2Stream, errorCode: UInt32) {
        guard stream.slot >= 0 else { return }
        stream.sendBuffer.removeAll()
        let result = nghttp2_submit_rst_stream(
            pointer,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            stream.id,
            errorCode
        )
        precondition(result == 0, "stream \(stream.id) cannot be reset: \(result)")
    }

    /// Gives bytes that a reader has taken back to flow control.
    func consume(_ count: Int, of stream: HTTP2Stream) {
        guard count > 0 else { return }
        stream.unconsumed -= count
        // The window of a stream that is closed is gone; that of the connection is not.
        let result =
            stream.slot >= 0
            ? nghttp2_session_consume(pointer, stream.id, count)
            : nghttp2_session_consume_connection(pointer, count)
        precondition(result == 0, "flow control does not take \(count) bytes back: \(result)")
    }

    func submitPing() throws(TransportError) {
        let result = nghttp2_submit_ping(pointer, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
        guard result == 0 else { throw .nghttp2(result, "submitting a PING") }
    }

    /// Tells a client to stop making streams soon, without refusing those under way (RFC 9113, section 6.8).
    func submitShutdownNotice() throws(TransportError) {
        let result = nghttp2_submit_shutdown_notice(pointer)
        guard result == 0 else { throw .nghttp2(result, "submitting the first GOAWAY") }
    }

    /// Tells the peer that no more streams are taken than those that were seen.
    func submitGoAway(errorCode: UInt32, debugData: String) throws(TransportError) {
        let bytes = Array(debugData.utf8)
        let result = nghttp2_submit_goaway(
            pointer,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            nghttp2_session_get_last_proc_stream_id(pointer),
            errorCode,
            bytes,
            bytes.count
        )
        guard result == 0 else { throw .nghttp2(result, "submitting GOAWAY") }
    }

    /// How many streams the peer lets us have open; nil where its SETTINGS do not say.
    var peerMaxConcurrentStreams: Int? {
        let limit = nghttp2_session_get_remote_settings(
            pointer,
            nghttp2_settings_id(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue)
        )
        return limit == .max ? nil : Int(limit)
    }

    /// Whether a request can still be made: numbers are left, and no GOAWAY came.
    var mayRequest: Bool { nghttp2_session_check_request_allowed(pointer) != 0 }

    /// Resets the streams that only a reset can end.
    ///
    /// A response whose request is not complete is followed by RST_STREAM with NO_ERROR: the rest is not wanted
    /// (RFC 9113, section 8.1).
    func resetStreamsThatAreDone() -> Bool {
        guard !endedEarly.isEmpty || !unsendable.isEmpty else { return false }
        for stream in endedEarly where !stream.hasRemoteEnded {
            reset(stream, errorCode: NGHTTP2_NO_ERROR.rawValue)
        }
        endedEarly.removeAll(keepingCapacity: true)
        for stream in unsendable { reset(stream, errorCode: NGHTTP2_INTERNAL_ERROR.rawValue) }
        unsendable.removeAll()
        return true
    }

    private func dataProvider(of stream: HTTP2Stream) -> nghttp2_data_provider {
        nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
            read_callback: readStream
        )
    }
}
