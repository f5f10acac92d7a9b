internal import CNghttp2
internal import DequeModule
internal import EventLoop
internal import GRPCCore

/// One RPC at a server: what its handler reads and writes, and how it ends.
///
/// Confined to its connection's loop, hence the unchecked conformance: whoever comes from another thread hops first
/// (`ServerInbound`, `ServerOutbound`, `RawUnaryCall`). The task of the RPC holds it, and so it outlives its connection
/// where the handler takes its time.
final class ServerStream: HTTP2Stream, @unchecked Sendable {
    let connection: HTTP2Connection
    let shared: Shared
    /// The request's head as it came.
    var received = HeaderBlock()
    /// Set with the request's head, before anyone else sees the stream.
    var call: RequestHead.Call?
    /// Whether a raw method may still answer it.
    var isRaw = false
    /// Cancels the RPC when the caller's time is over.
    var deadline: Timer?
    /// The same in time, for handlers.
    var deadlineInstant: ContinuousClock.Instant?
    /// The task that runs the handler.
    var task: Task<Void, Never>?
    /// How the handler learns of the end; nil before the task has begun.
    var cancellation: ServerContext.RPCCancellationHandle?
    /// Why the RPC is over before its handler is.
    private(set) var failure: TransportError?
    /// Who is told of the end of a raw call.
    var completions: [@Sendable (Status.Code, Duration) -> Void] = []
    /// When the request's head came, in nanoseconds of the loop's clock.
    let startedAt: Int64
    /// Whether the answer's first header block has been queued.
    private(set) var hasBegun = false
    /// Whether answers are compressed unless said otherwise.
    private(set) var compresses = false

    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    /// What the streams of one connection have in common.
    final class Shared: Sendable {
        /// The two ends as gRPC names them, `ipv4:127.0.0.1:31415`.
        let remotePeer: String
        let localPeer: String
        /// Where what takes long is done.
        let offload: OffloadExecutor

        init(remotePeer: String, localPeer: String, offload: OffloadExecutor) {
            self.remotePeer = remotePeer
            self.localPeer = localPeer
            self.offload = offload
        }
    }

    init(id: Int32, connection: HTTP2Connection, shared: Shared) {
        self.connection = connection
        self.shared = shared
        startedAt = connection.loop.uptimeNanoseconds
        super.init(id: id, maxMessageBytes: connection.session.limits.maxMessageBytes)
    }

    var offload: OffloadExecutor { shared.offload }
    var loop: EventLoop { connection.loop }
    private var session: HTTP2Session { connection.session }

    // MARK: Receiving

    /// New messages, the end of the request or an error are there.
    func inboundChanged() {
        if receiveError != nil, unconsumed > 0 {
            // Nobody reads this stream any more; the connection's window is for the others.
            giveBack(unconsumed)
        } else if messages.isEmpty {
            // The beginning of a message that is longer than the window must not be held back by it.
            giveBack(unconsumed)
        }
        wakeReader()
    }

    /// The next message, nil where there is none yet or none comes any more.
    func takeMessage() -> MessageBytes? {
        guard let message = messages.popFirst() else { return nil }
        giveBack(messages.isEmpty ? unconsumed : min(unconsumed, message.framed.count))
        return message
    }

    private func giveBack(_ count: Int) {
        guard count > 0, !connection.isClosed else { return }
        session.consume(count, of: self)
        connection.setNeedsFlush()
    }

    /// Waits until there is a message, the end or an error.
    func waitForInbound() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // All of it is looked at again: since the last look, others may have had their turn.
                if Task.isCancelled || !messages.isEmpty || hasRemoteEnded || receiveError != nil {
                    continuation.resume()
                } else {
                    precondition(reader == nil, "a request is read by one reader at a time")
                    reader = continuation
                }
            }
        } onCancel: {
            loop.execute { self.wakeReader() }
        }
    }

    private func wakeReader() {
        reader?.resume()
        reader = nil
    }

    // MARK: Sending

    /// Begins the answer.
    func send(_ metadata: Metadata) throws(TransportError) {
        try checkIsOpen()
        guard sending == .unsubmitted else {
            throw TransportError(.protocolViolation, "Initial metadata is sent once, before any message.")
        }
        hasBegun = true
        if metadata.isEmpty {
            try session.submitResponse(self, StaticFields.response.fields, StaticFields.response.count)
        } else {
            try sendHeaders(metadata)
        }
        connection.setNeedsFlush()
    }

    private func sendHeaders(_ metadata: Metadata) throws(TransportError) {
        var metadata = metadata
        let asked = metadata[stringValues: MessageCompression.requestKey].first { _ in true }
        var headers = HeaderList()
        headers.append(":status", "200")
        headers.append("content-type", "application/grpc")
        if let asked {
            metadata.removeAllValues(forKey: MessageCompression.requestKey)
            compresses = asked == "gzip" && call?.acceptsGzip == true
            if compresses { headers.append("grpc-encoding", "gzip") }
        }
        try headers.append(contentsOf: metadata)
        let result: Result<Void, TransportError> = headers.withNameValues { fields, count in
            do throws(TransportError) {
                return .success(try session.submitResponse(self, fields, count))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Queues a message. It is written at the end of the loop's turn.
    ///
    /// - Returns: Whether the next one should wait for ``waitForDrain()``.
    func send(_ message: MessageBytes) throws(TransportError) -> Bool {
        try checkIsOpen()
        if sending == .unsubmitted { try send([:]) }
        sendBuffer.append(message.framed)
        session.resume(self)
        connection.setNeedsFlush()
        return sendBuffer.count >= session.limits.sendBufferBytes
    }

    /// Waits until the peer's window has let enough of the buffer go, or the stream is over.
    func waitForDrain() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled || failure != nil
                    || sendBuffer.count < session.limits.sendBufferBytes
                {
                    continuation.resume()
                } else {
                    // Whoever waits already is let go: two writers on one stream are the handler's affair.
                    writer?.resume()
                    writer = continuation
                    wantsDrainNotice = true
                }
            }
        } onCancel: {
            loop.execute { self.drained() }
        }
    }

    func drained() {
        writer?.resume()
        writer = nil
    }

    /// Ends the answer. What is queued goes out before.
    func send(_ status: Status, _ metadata: Metadata) throws(TransportError) {
        try checkIsOpen()
        if sending == .unsubmitted {
            try session.submitOnlyHeaders(self, try Self.trailersOnly(status, metadata))
            isSendFinished = true
        } else {
            trailers = try Self.trailers(status, metadata)
            isSendFinished = true
            session.resume(self)
        }
        deadline?.cancel()
        connection.setNeedsFlush()
    }

    private func checkIsOpen() throws(TransportError) {
        if let failure { throw failure }
        guard sending != .ended, !isSendFinished else {
            throw TransportError(.protocolViolation, "The status has been sent: nothing comes after it.")
        }
    }

    static func trailers(_ status: Status, _ metadata: Metadata) throws(TransportError) -> HeaderList {
        var list = HeaderList()
        list.append("grpc-status", statusText(status.code))
        if !status.message.isEmpty { list.append("grpc-message", StatusMessage.encode(status.message)) }
        if !metadata.isEmpty { try list.append(contentsOf: metadata) }
        return list
    }

    private static func trailersOnly(
        _ status: Status,
        _ metadata: Metadata
    ) throws(TransportError) -> HeaderList {
        var list = HeaderList()
        list.append(":status", "200")
        list.append("content-type", "application/grpc")
        list.append("grpc-status", statusText(status.code))
        if !status.message.isEmpty { list.append("grpc-message", StatusMessage.encode(status.message)) }
        if !metadata.isEmpty { try list.append(contentsOf: metadata) }
        return list
    }

    static func statusText(_ code: Status.Code) -> StaticString {
        let texts: [StaticString] = [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
        ]
        return texts.indices.contains(code.rawValue) ? texts[code.rawValue] : "2"
    }

    // MARK: The end

    /// Answers a request without its handler, or instead of what it still had to say.
    func refuse(_ status: Status, _ metadata: Metadata = [:]) {
        guard failure == nil, !isSendFinished, sending != .ended else { return }
        if receiveError == nil { receiveError = TransportError(.cancelled, "The call has been answered.") }
        sendBuffer.removeAll()
        do throws(TransportError) {
            try send(status, metadata)
        } catch {
            // Metadata that cannot be sent must not keep the status from the caller.
            if (try? send(status, [:])) == nil { reset(errorCode: NGHTTP2_INTERNAL_ERROR.rawValue) }
        }
    }

    /// Ends the stream at once.
    func reset(errorCode: UInt32) {
        guard !connection.isClosed else { return }
        session.reset(self, errorCode: errorCode)
        connection.setNeedsFlush()
    }

    /// Lets the handler know that nobody waits for it any more. Idempotent.
    func cancel(_ reason: TransportError) {
        guard failure == nil else { return }
        failure = reason
        if receiveError == nil { receiveError = reason }
        messages.removeAll()
        deadline?.cancel()
        wakeReader()
        drained()
        cancellation?.cancel()
        task?.cancel()
        completed(reason.code == .timedOut ? .deadlineExceeded : .cancelled)
    }

    /// HTTP/2 is done with the stream.
    func closed(errorCode: UInt32) {
        // A half of the call that nobody will read gives its share of the connection's window back.
        giveBack(unconsumed)
        if isSendFinished, errorCode == NGHTTP2_NO_ERROR.rawValue { return }
        cancel(
            TransportError(.cancelled, "The caller gave the call up.", rawCode: Int32(bitPattern: errorCode))
        )
    }
}
