internal import CNghttp2

/// The functions that nghttp2 calls. Each copies what it is lent, notes it, and returns; none calls the library back,
/// but for the trailers of a stream, which nghttp2's manual asks to be submitted from the read callback.
///
/// One set serves all sessions and lives as long as the program, hence the unchecked conformance.
struct HTTP2Callbacks: @unchecked Sendable {
    static let shared = HTTP2Callbacks()

    let raw: OpaquePointer

    private init() {
        var created: OpaquePointer?
        guard nghttp2_session_callbacks_new(&created) == 0, let created else {
            preconditionFailure("no memory for a table of callbacks")
        }
        raw = created
        nghttp2_session_callbacks_set_on_begin_headers_callback(created, beginHeaders)
        nghttp2_session_callbacks_set_on_header_callback(created, header)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(created, dataChunk)
        nghttp2_session_callbacks_set_on_frame_recv_callback(created, frameReceived)
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(created, invalidFrameReceived)
        nghttp2_session_callbacks_set_on_frame_send_callback(created, frameSent)
        nghttp2_session_callbacks_set_on_frame_not_send_callback(created, frameNotSent)
        nghttp2_session_callbacks_set_on_stream_close_callback(created, streamClosed)
        nghttp2_session_callbacks_set_send_data_callback(created, sendData)
    }
}

private func session(_ pointer: UnsafeMutableRawPointer?) -> HTTP2Session {
    guard let pointer else { preconditionFailure("nghttp2 lost its user data") }
    return Unmanaged<HTTP2Session>.fromOpaque(pointer).takeUnretainedValue()
}

private let beginHeaders: nghttp2_on_begin_headers_callback = { _, frame, userData in
    let session = session(userData)
    guard let frame else { return 0 }
    let id = frame.pointee.hd.stream_id
    if case .server(let makeStream) = session.role,
        frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
    {
        let stream = makeStream(id)
        session.adopt(stream)
        session.headersStream = stream
    } else {
        session.headersStream = session.stream(id)
    }
    session.headers = .withUsualRoom()
    return 0
}

private let header: nghttp2_on_header_callback = { _, _, name, nameCount, value, valueCount, _, userData in
    let session = session(userData)
    guard session.headersStream != nil, !session.headers.isCutShort else { return 0 }
    session.headers.append(
        name: UnsafeBufferPointer(start: name, count: nameCount),
        value: UnsafeBufferPointer(start: value, count: valueCount)
    )
    // The rest is decoded all the same, since it changes the HPACK state, but is not kept.
    if session.headers.listSize > session.limits.maxHeaderListBytes { session.headers.isCutShort = true }
    return 0
}

private let dataChunk: nghttp2_on_data_chunk_recv_callback = { _, _, id, bytes, count, userData in
    let session = session(userData)
    guard let stream = session.stream(id) else { return 0 }
    stream.unconsumed += count
    guard stream.receiveError == nil else { return 0 }
    let incompleteBefore = stream.deframer.partialByteCount
    do throws(TransportError) {
        try stream.deframer.append(UnsafeRawBufferPointer(start: bytes, count: count), to: &stream.messages)
    } catch {
        stream.receiveError = error
    }
    session.incompleteBytes += stream.deframer.partialByteCount - incompleteBefore
    if session.incompleteBytes > session.limits.maxIncompleteBytes, stream.deframer.hasPartialMessage {
        session.incompleteBytes -= stream.deframer.partialByteCount
        stream.deframer.discardPartialMessage()
        stream.receiveError = TransportError(
            .limitExceeded,
            "The connection's messages under way exceed \(session.limits.maxIncompleteBytes) bytes."
        )
    }
    return 0
}

private let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, userData in
    let session = session(userData)
    guard let frame else { return 0 }
    let header = frame.pointee.hd
    let isEnd = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    let isAcknowledgement = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_HEADERS:
        guard let stream = session.headersStream else { return 0 }
        session.headersStream = nil
        if isEnd { stream.hasRemoteEnded = true }
        session.events.append(.headers(stream, session.headers, isEnd: isEnd))
        // An idle connection holds no block.
        session.headers = HeaderBlock()
    case NGHTTP2_DATA:
        // Padding brings nothing either.
        guard header.length > frame.pointee.data.padlen || isEnd else {
            session.events.append(.cheapFrame(.emptyData))
            return 0
        }
        guard let stream = session.stream(header.stream_id) else { return 0 }
        if isEnd { stream.hasRemoteEnded = true }
        session.events.append(.data(stream, isEnd: isEnd))
    case NGHTTP2_PING:
        session.events.append(isAcknowledgement ? .pingAcknowledged : .ping)
        if !isAcknowledgement { session.events.append(.cheapFrame(.ping)) }
    case NGHTTP2_SETTINGS:
        if !isAcknowledgement {
            session.events.append(.settings)
            session.events.append(.cheapFrame(.settings))
        }
    case NGHTTP2_GOAWAY:
        let goAway = frame.pointee.goaway
        session.events.append(
            .goAway(
                lastStreamID: goAway.last_stream_id,
                errorCode: goAway.error_code,
                debugData: String(
                    decoding: UnsafeBufferPointer(
                        start: goAway.opaque_data,
                        count: min(goAway.opaque_data_len, 256)
                    ),
                    as: UTF8.self
                )
            )
        )
    case NGHTTP2_PRIORITY: session.events.append(.cheapFrame(.priority))
    case NGHTTP2_WINDOW_UPDATE: session.events.append(.cheapFrame(.windowUpdate))
    case NGHTTP2_RST_STREAM: session.events.append(.cheapFrame(.resetStream))
    default: break
    }
    return 0
}

/// A frame that breaks the rules: it costs its sender the stream, and us a RST_STREAM (CVE-2025-8671), or it costs the
/// connection.
private let invalidFrameReceived: nghttp2_on_invalid_frame_recv_callback = { _, _, _, userData in
    session(userData).events.append(.cheapFrame(.resetStream))
    return 0
}

private let frameSent: nghttp2_on_frame_send_callback = { _, frame, userData in
    let session = session(userData)
    guard let frame else { return 0 }
    let header = frame.pointee.hd
    let type = nghttp2_frame_type(UInt32(header.type))
    guard type == NGHTTP2_HEADERS || type == NGHTTP2_DATA else { return 0 }
    if type == NGHTTP2_HEADERS {
        session.headersSent += 1
    } else if header.length > 0 {
        session.dataSent += 1
    }
    if !session.unsent.isEmpty { session.unsent.removeValue(forKey: header.stream_id)?.isHeadSent = true }
    if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0, case .server = session.role,
        let stream = session.stream(header.stream_id), !stream.hasRemoteEnded
    {
        session.endedEarly.append(stream)
    }
    return 0
}

/// A header block that could not go out: the server has said GOAWAY, the call was given up before, or the block is longer
/// than nghttp2 makes one (64 KiB).
private let frameNotSent: nghttp2_on_frame_not_send_callback = { _, frame, error, userData in
    let session = session(userData)
    guard let frame, nghttp2_frame_type(UInt32(frame.pointee.hd.type)) == NGHTTP2_HEADERS else { return 0 }
    let id = frame.pointee.hd.stream_id
    guard let stream = session.unsent.removeValue(forKey: id) else {
        if let stream = session.stream(id) { session.unsendable.append(stream) }
        return 0
    }
    guard session.disown(stream) else { return 0 }
    var errorCode = NGHTTP2_REFUSED_STREAM.rawValue
    if error == NGHTTP2_ERR_FRAME_SIZE_ERROR.rawValue {
        // It would be so again: this is no call to be made once more.
        stream.isHeadSent = true
        errorCode = NGHTTP2_INTERNAL_ERROR.rawValue
    }
    session.events.append(.closed(stream, errorCode: errorCode))
    return 0
}

private let streamClosed: nghttp2_on_stream_close_callback = { _, id, errorCode, userData in
    let session = session(userData)
    if let stream = session.stream(id), session.disown(stream) {
        session.events.append(.closed(stream, errorCode: errorCode))
    }
    return 0
}

/// How nghttp2 asks a stream for bytes: it is told how many there are, and `sendData` then moves them.
let readStream: nghttp2_data_source_read_callback = { raw, id, _, length, flags, source, _ in
    guard let source, let flags, let pointer = source.pointee.ptr else {
        preconditionFailure("nghttp2 lost a stream's data source")
    }
    let stream = Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    let count = min(length, stream.sendBuffer.count)
    if count == stream.sendBuffer.count, stream.isSendFinished {
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        stream.sending = .ended
        if let trailers = stream.trailers {
            flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            let result = trailers.withNameValues { nghttp2_submit_trailer(raw, id, $0, $1) }
            stream.trailers = nil
            guard result == 0 else { return ssizePointer(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE) }
        }
    } else if count == 0 {
        stream.sending = .deferred
        return ssizePointer(NGHTTP2_ERR_DEFERRED)
    }
    if count > 0 { flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue }
    return count
}

private func ssizePointer(_ error: nghttp2_error) -> Int { Int(error.rawValue) }

private let sendData: nghttp2_send_data_callback = { _, frame, frameHeader, length, source, userData in
    let session = session(userData)
    guard let frame, let frameHeader, let source, let pointer = source.pointee.ptr,
        frame.pointee.data.padlen == 0
    else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
    let stream = Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    // nghttp2 goes on from here with the next `fill`.
    guard let output = session.output, output.room >= 9 + length else {
        return NGHTTP2_ERR_WOULDBLOCK.rawValue
    }
    session.output?.append(UnsafeRawBufferPointer(start: frameHeader, count: 9))
    session.output?.withRoom(for: length) { stream.sendBuffer.take(length, to: $0) }
    if stream.wantsDrainNotice, stream.sendBuffer.count < session.limits.sendBufferBytes {
        stream.wantsDrainNotice = false
        session.events.append(.drained(stream))
    }
    return 0
}
