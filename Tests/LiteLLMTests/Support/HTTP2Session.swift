import CNghttp2
import Glibc

/// One connection of HTTP/2 in the clear, served by nghttp2 on the thread that calls ``serve()``.
final class HTTP2Session {
    /// What a request is answered with.
    struct Answer {
        var body: [UInt8]
        /// Whether the stream stays open after the body.
        var isUnfinished = false
        /// Whether the body comes again and again.
        var isEndless = false
    }

    private final class Stream {
        var trace = ""
        var answer = Answer(body: [])
        var sent = 0
    }

    private let descriptor: Int32
    private let answer: (_ trace: String) -> Answer
    /// A stream was reset, or the connection ended, with its code; 0 for an end of the connection.
    private let onEnd: (UInt32) -> Void
    private var session: OpaquePointer?
    private var streams: [Int32: Stream] = [:]

    init(
        _ descriptor: Int32,
        answer: @escaping (_ trace: String) -> Answer,
        onEnd: @escaping (UInt32) -> Void = { _ in }
    ) {
        (self.descriptor, self.answer, self.onEnd) = (descriptor, answer, onEnd)
    }

    func serve() {
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        defer { nghttp2_session_callbacks_del(callbacks) }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            frame,
            name,
            length,
            value,
            valueLength,
            _,
            own in
            guard let frame, let name, let value, let own else { return 0 }
            let session = Unmanaged<HTTP2Session>.fromOpaque(own).takeUnretainedValue()
            let field = String(decoding: UnsafeBufferPointer(start: name, count: length), as: UTF8.self)
            guard field == "x-litellm-trace-id" else { return 0 }
            let text = String(decoding: UnsafeBufferPointer(start: value, count: valueLength), as: UTF8.self)
            session.stream(frame.pointee.hd.stream_id).trace = text
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, own in
            guard let frame, let own else { return 0 }
            let header = frame.pointee.hd
            if header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 {
                Unmanaged<HTTP2Session>.fromOpaque(own).takeUnretainedValue().respond(header.stream_id)
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, _, code, own in
            guard let own, code != 0 else { return 0 }
            Unmanaged<HTTP2Session>.fromOpaque(own).takeUnretainedValue().onEnd(code)
            return 0
        }
        nghttp2_session_server_new(&session, callbacks, Unmanaged.passUnretained(self).toOpaque())
        defer { nghttp2_session_del(session) }
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil, 0)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while flush() {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0, nghttp2_session_mem_recv(session, buffer, count) == count else { break }
        }
        onEnd(0)
    }

    private func stream(_ id: Int32) -> Stream {
        if let stream = streams[id] { return stream }
        let stream = Stream()
        streams[id] = stream
        return stream
    }

    private func respond(_ id: Int32) {
        stream(id).answer = answer(stream(id).trace)
        var source = nghttp2_data_provider()
        source.read_callback = { _, id, buffer, length, flags, _, own in
            guard let buffer, let flags, let own else { return 0 }
            let session = Unmanaged<HTTP2Session>.fromOpaque(own).takeUnretainedValue()
            return session.read(id, UnsafeMutableRawBufferPointer(start: buffer, count: length), flags)
        }
        var fields = [(":status", "200"), ("content-type", "text/event-stream")].map { name, value in
            nghttp2_nv(
                name: copy(name),
                value: copy(value),
                namelen: name.utf8.count,
                valuelen: value.utf8.count,
                flags: 0
            )
        }
        nghttp2_submit_response(session, id, &fields, fields.count, &source)
        for field in fields {
            field.name.deallocate()
            field.value.deallocate()
        }
    }

    private func copy(_ text: String) -> UnsafeMutablePointer<UInt8> {
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, text.utf8.count))
        _ = bytes.initialize(from: text.utf8)
        return bytes.baseAddress!
    }

    private func read(
        _ id: Int32,
        _ buffer: UnsafeMutableRawBufferPointer,
        _ flags: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let stream = stream(id)
        if stream.sent == stream.answer.body.count, stream.answer.isEndless { stream.sent = 0 }
        let count = min(buffer.count, stream.answer.body.count - stream.sent)
        guard count > 0 || !stream.answer.isUnfinished else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        buffer.copyBytes(from: stream.answer.body[stream.sent..<stream.sent + count])
        stream.sent += count
        if stream.sent == stream.answer.body.count, !stream.answer.isUnfinished, !stream.answer.isEndless {
            flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        }
        return count
    }

    /// Sends what nghttp2 has to send; false at the end.
    private func flush() -> Bool {
        while true {
            var bytes: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &bytes)
            guard count > 0, let bytes else { return count == 0 }
            var sent = 0
            while sent < count {
                let result = send(descriptor, bytes + sent, count - sent, Int32(MSG_NOSIGNAL))
                guard result > 0 else { return false }
                sent += result
            }
        }
    }
}
