internal import CNghttp2
internal import EventLoop
internal import GRPCCore

/// One call of a client: what its caller writes and reads, over one attempt after the other.
///
/// A call whose server has not looked at it (the stream was refused, or never left this side) is made again by itself on
/// another stream ("transparent retry", gRFC A6): what the caller has written so far is kept for that, up to a limit, until
/// the server begins to answer. Confined to its loop, hence the unchecked conformance.
final class ClientCall: @unchecked Sendable {
    /// How often a call may be made again that a server refused. One that never left this side may be always.
    private static let maxRefusals = 1

    let loop: EventLoop
    let descriptor: MethodDescriptor
    private let channel: ClientChannel
    private let options: Options
    private(set) var stream: ClientStream
    private var refusals = 0

    /// The request so far.
    private var headers: HeaderList?
    private var written: [MessageBytes] = []
    private var writtenBytes = 0
    private var isReplayable = true
    private var isFinished = false
    private(set) var compresses = false
    /// Between two attempts; what is written meanwhile goes out with the next.
    private var isBetweenAttempts = false
    /// The place in the channel's queue meanwhile.
    private var waiter: WaitingCalls.ID?
    private var isClosed = false

    private var reader: CheckedContinuation<Void, Never>?
    private var writer: CheckedContinuation<Void, Never>?

    /// What a call is made with.
    struct Options {
        let path: String
        let authority: String
        let maxRequestBytes: Int
        let maxResponseBytes: Int
        let compresses: Bool
        let waitsForReady: Bool
        let replayBytes: Int
        let offload: OffloadExecutor
    }

    init(descriptor: MethodDescriptor, channel: ClientChannel, options: Options, stream: ClientStream) {
        loop = channel.loop
        self.descriptor = descriptor
        self.channel = channel
        self.options = options
        self.stream = stream
        stream.call = self
    }

    /// What interceptors are told of the call.
    var context: ClientContext {
        ClientContext(
            descriptor: descriptor,
            remotePeer: stream.connection.address.description,
            localPeer: stream.connection.assumeOnLoop { $0.localPeer }
        )
    }
    var offload: OffloadExecutor { options.offload }
    var maxResponseBytes: Int { options.maxResponseBytes }

    // MARK: Writing

    func send(_ metadata: Metadata) throws(TransportError) {
        guard headers == nil else {
            throw TransportError(.protocolViolation, "A request's metadata is sent once, before any message.")
        }
        // A caller that has left may still have a task that is about to begin: nobody would ever end such a call.
        guard !isClosed else { throw TransportError(.cancelled, "The caller gave the call up.") }
        var metadata = metadata
        let asked = metadata[stringValues: MessageCompression.requestKey].first { _ in true }
        if asked != nil { metadata.removeAllValues(forKey: MessageCompression.requestKey) }
        compresses = options.compresses || asked == "gzip"
        var list = HeaderList()
        list.append(":method", "POST")
        list.append(":scheme", "http")
        list.append(":path", options.path)
        list.append(":authority", options.authority)
        list.append("content-type", "application/grpc")
        list.append("te", "trailers")
        list.append("user-agent", "grpc-swift-nghttp2/1")
        list.append("grpc-accept-encoding", "identity,gzip")
        if compresses { list.append("grpc-encoding", "gzip") }
        if !metadata.isEmpty { try list.append(contentsOf: metadata) }
        headers = list
        guard !isBetweenAttempts, !stream.isOver else { return }
        try stream.submit(list)
    }

    /// - Returns: Whether the caller should wait before it writes more.
    func send(_ message: MessageBytes) throws -> Bool {
        guard headers != nil, !isFinished else {
            throw RPCError(
                code: .internalError,
                message: "Messages are written after the metadata and before the end."
            )
        }
        if message.count > options.maxRequestBytes {
            throw RPCError(
                code: .resourceExhausted,
                message: "The message has \(message.count) bytes, \(options.maxRequestBytes) are allowed."
            )
        }
        try checkIsOpen()
        keep(message)
        guard !isBetweenAttempts else { return true }
        return stream.send(message)
    }

    private func keep(_ message: MessageBytes) {
        guard isReplayable else { return }
        writtenBytes += message.framed.count
        if stream.hasResponse || writtenBytes > options.replayBytes {
            commit()
        } else {
            written.append(message)
        }
    }

    private func commit() {
        isReplayable = false
        written = []
    }

    func finish() {
        guard !isFinished, !isClosed else { return }
        isFinished = true
        guard !isBetweenAttempts, headers != nil, !stream.isOver else { return }
        stream.finishSending()
    }

    /// The caller cannot go on: the call ends with its reason.
    func abandon(_ error: any Error) {
        let reason: RPCError
        switch error {
        // GRPCCore wraps whatever stopped the writer; a writer that was cancelled is a caller who has left.
        case let error as RPCError where error.cause is CancellationError:
            reason = RPCError(code: .cancelled, message: "The caller gave the call up.", cause: error)
        case let error as RPCError: reason = error
        default: reason = RPCError(code: .unknown, message: "The request could not be written.", cause: error)
        }
        guard !isClosed, !stream.isOver else { return }
        commit()
        stream.fail(reason, resetting: stream.id > 0 ? NGHTTP2_CANCEL.rawValue : nil)
        changed()
    }

    private func checkIsOpen() throws {
        if let failure = stream.failure { throw failure }
        if stream.status != nil {
            throw RPCError(code: .cancelled, message: "The server has ended the call.")
        }
        if isClosed { throw RPCError(code: .cancelled, message: "The call is over.") }
    }

    /// Waits until what was written has gone far enough, or the call is over.
    func waitForDrain() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled || isClosed || stream.isOver
                    || (!isBetweenAttempts
                        && stream.sendBuffer.count < stream.http2.session.limits.sendBufferBytes)
                {
                    continuation.resume()
                } else {
                    writer?.resume()
                    writer = continuation
                    if !isBetweenAttempts { stream.wantsDrainNotice = true }
                }
            }
        } onCancel: {
            loop.execute { self.wakeWriter() }
        }
    }

    func wakeWriter() {
        writer?.resume()
        writer = nil
    }

    // MARK: Reading

    /// The attempt has something new to say.
    func changed() {
        if isReplayable, stream.hasResponse { commit() }
        reader?.resume()
        reader = nil
        if stream.isOver { wakeWriter() }
    }

    /// Waits until there is something to read: metadata where those are wanted, or a message, or the end.
    func waitForResponse(wantsMetadata: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // All of it is looked at again: since the last look, others may have had their turn.
                if Task.isCancelled || isClosed || !stream.messages.isEmpty || stream.isOver
                    || (wantsMetadata && stream.initialMetadata != nil)
                {
                    continuation.resume()
                } else {
                    precondition(reader == nil, "a response is read by one reader at a time")
                    reader = continuation
                }
            }
        } onCancel: {
            loop.execute { self.changed() }
        }
    }

    // MARK: Another attempt, and the end

    /// Makes the call again, where nothing of it can have been done.
    ///
    /// - Returns: False where it cannot be made again.
    func retry(after attempt: ClientStream) -> Bool {
        guard attempt === stream, isReplayable, !isClosed, !isBetweenAttempts else { return false }
        if attempt.isHeadSent {
            guard refusals < Self.maxRefusals else { return false }
            refusals += 1
        }
        isBetweenAttempts = true
        attempt.call = nil
        let again = WaitingCalls.Call(
            maxResponseBytes: options.maxResponseBytes,
            waitsForReady: options.waitsForReady
        ) { self.begin($0) }
        let waiter = channel.assumeOnLoop { $0.openStream(again) }
        // Where a stream was there at once, this attempt is over already, and the next one may wait.
        if isBetweenAttempts, self.waiter == nil { self.waiter = waiter }
        return true
    }

    private func begin(_ next: Result<ClientStream, TransportError>) {
        isBetweenAttempts = false
        waiter = nil
        switch next {
        case .failure(let error):
            stream.fail(error.rpcError)
        case .success(let next):
            guard !isClosed else { return next.connection.assumeOnLoop { $0.release() } }
            stream = next
            next.call = self
            guard let headers else { break }
            do throws(TransportError) {
                try next.submit(headers)
                for message in written { _ = next.send(message) }
                if isFinished { next.finishSending() }
            } catch {
                next.fail(error.rpcError)
            }
        }
        changed()
        wakeWriter()
    }

    /// The caller is done: what is still under way is given up.
    func cancel() {
        guard !isClosed else { return }
        isClosed = true
        stream.call = nil
        if isBetweenAttempts {
            if let waiter { channel.assumeOnLoop { $0.giveUp(waiter) } }
        } else {
            if stream.slot >= 0, !(stream.status != nil && stream.isSendFinished) {
                stream.fail(RPCError(code: .cancelled, message: "The caller gave the call up."))
                stream.reset(errorCode: NGHTTP2_CANCEL.rawValue)
            }
            // A stream that has a number gives its place back when HTTP/2 closes it.
            if stream.id == 0 { stream.connection.assumeOnLoop { $0.release() } }
        }
        written = []
        stream.messages.removeAll()
        changed()
        wakeWriter()
    }
}
