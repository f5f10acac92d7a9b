internal import Curl
internal import EventLoop

/// An answer that comes in chunks, for one reader.
///
/// While the reader does not ask for the next chunk, the upstream has to wait. Cancelling the task that waits for a chunk closes the
/// connection at once; letting go of the stream and its iterators does so too. Its errors have the text that had come
/// (``LiteLLMError/partialText``).
public struct ChatStream: AsyncSequence, Sendable {
    /// A chunk.
    public typealias Element = ChatChunk
    /// How it fails.
    public typealias Failure = LiteLLMError

    /// What LiteLLM says of the call.
    public let report: CallReport
    let reader: ChatStreamReader

    /// Reads on where the last iterator was.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// The stream's place.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: ChatStreamReader

        /// The next chunk; nil after the last one.
        public mutating func next() async throws(LiteLLMError) -> ChatChunk? { try await reader.next() }

        /// The next chunk; nil after the last one.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(LiteLLMError) -> ChatChunk? {
            try await reader.next()
        }
    }
}

/// Reads one stream, on its loop.
actor ChatStreamReader {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let body: CurlTransfer
    private let nextChunkTimeout: Duration
    private var decoder: EventStreamDecoder
    private var machine: AnswerMachine
    /// Events of the last piece, and how many of them have been read: never more than one piece's.
    private var events: [ServerSentEvent] = []
    private var readCount = 0
    /// The first chunk, until it is asked for.
    private var first: ChatChunk?
    private var end: Result<Void, LiteLLMError>?
    /// Why the pieces that follow the events are not decoded.
    private var decodingError: EventStreamError?
    /// Told once of a failure after the first chunk.
    private let onFailure: @Sendable (LiteLLMError) async -> Void

    init(
        _ body: CurlTransfer,
        report: CallReport,
        configuration: LiteLLMConfiguration,
        onFailure: @escaping @Sendable (LiteLLMError) async -> Void
    ) {
        self.body = body
        loop = body.loop
        nextChunkTimeout = configuration.nextChunkTimeout
        decoder = EventStreamDecoder(lineBytes: configuration.lineBytes)
        machine = AnswerMachine(report: report, textBytes: configuration.textBytes)
        self.onFailure = onFailure
    }

    /// Waits for the first chunk, which then is the first to be read.
    func begin(until deadline: Int64) async throws(LiteLLMError) {
        first = try await read(until: deadline)
    }

    func next() async throws(LiteLLMError) -> ChatChunk? {
        if let first {
            self.first = nil
            return first
        }
        do throws(LiteLLMError) {
            return try await read(until: deadline(nextChunkTimeout, after: loop.uptimeNanoseconds))
        } catch {
            await onFailure(error)
            throw error
        }
    }

    /// What is to be done for the next chunk.
    private enum Step {
        case chunk(ChatChunk)
        /// The stream is over, and was before where it `wasKnown`.
        case end(Result<Void, LiteLLMError>, wasKnown: Bool)
        /// All events have been read.
        case piece
    }

    private func read(until deadline: Int64) async throws(LiteLLMError) -> ChatChunk? {
        while true {
            switch step() {
            case .chunk(let chunk): return chunk
            case .end(let result, let wasKnown):
                if !wasKnown { await finish(result) }
                try result.get()
                return nil
            case .piece:
                if let failure = decode(await piece(until: deadline)) { await finish(.failure(failure)) }
            }
        }
    }

    /// What is done without waiting is not inlined into what waits: it would have its room in the task for as long as the answer comes.
    @inline(never)
    private func step() -> Step {
        if let end { return .end(end, wasKnown: true) }
        // Events that came before a line that is too long are read before its error.
        if readCount < events.count {
            readCount += 1
            switch machine.take(events[readCount - 1]) {
            case .chunk(let chunk): return .chunk(chunk)
            case .end: return .end(.success(()), wasKnown: false)
            case .failure(let error): return .end(.failure(error), wasKnown: false)
            }
        }
        if let decodingError { return .end(.failure(machine.failure(decodingError)), wasKnown: false) }
        return .piece
    }

    /// The next piece of the answer; nil at its end.
    private func piece(until deadline: Int64) async -> Result<[UInt8]?, CurlError> {
        do throws(CurlError) {
            return .success(try await body.next(until: deadline))
        } catch {
            return .failure(error)
        }
    }

    /// Takes a piece apart into events.
    ///
    /// - Returns: Why the stream has ended, where it has.
    @inline(never)
    private func decode(_ piece: Result<[UInt8]?, CurlError>) -> LiteLLMError? {
        events.removeAll(keepingCapacity: true)
        readCount = 0
        switch piece {
        case .success(let piece?):
            do throws(EventStreamError) {
                try decoder.decode(piece, into: &events)
            } catch {
                decodingError = error
            }
            return nil
        case .success(nil): return machine.cutOff()
        case .failure(let error): return machine.failure(error)
        }
    }

    private func finish(_ result: Result<Void, LiteLLMError>) async {
        end = result
        if case .success = result { await body.drain() } else { await body.close() }
    }
}
