import CNghttp2
import Glibc
import Testing

@testable import GRPCNghttp2

/// The session's input, in both roles and without a socket: whatever comes, it neither traps nor grows.
///
/// Valid exchanges (the corpus) are replayed as they are, and then with bytes changed, dropped, doubled and moved.
/// `GRIMOIRE_FUZZ_SECONDS` makes the random part run that long, from a seed of its own each time.
@Suite struct SessionFuzzTests {
    enum Role: String, CaseIterable, Sendable {
        case client, server
    }

    /// Each file begins with `c` or `s`, for the role of the session that is to read it.
    @Test func theCorpusIsReadWithoutATrap() throws {
        let files = try CorpusFile.all(in: "session")
        #expect(files.count >= 8)
        for file in files {
            let role: Role = file.name.hasPrefix("c") ? .client : .server
            for cut in [1, 7, 4_096, 1 << 20] {
                var generator = SeededGenerator(seed: UInt64(cut))
                SessionUnderFuzz.run(role, file.bytes, chunk: cut, &generator)
            }
        }
    }

    @Test(arguments: Role.allCases)
    func changedExchangesAreReadWithoutATrap(role: Role) throws {
        let corpus = try CorpusFile.all(in: "session").map(\.bytes)
        let seconds = getenv("GRIMOIRE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        var seed: UInt64 = deadline == nil ? 1 : UInt64.random(in: 0 ... .max)
        var rounds = 0
        while deadline.map({ ContinuousClock.now < $0 }) ?? (rounds < 1_000) {
            var generator = SeededGenerator(seed: seed)
            let input = ExchangeMutator.mutate(role, corpus, &generator)
            // A trap takes the test down: the input is on disk by then, to be added to the corpus.
            if deadline != nil { CorpusFile.save(input, as: "\(role)-last") }
            SessionUnderFuzz.run(role, input, chunk: 1 + Int(generator.next() % 5_000), &generator)
            seed &+= 1
            rounds += 1
        }
        if deadline != nil { print("\(rounds) exchanges as \(role)") }
    }
}

/// A session that is fed, with an owner who uses its streams as connections do.
enum SessionUnderFuzz {
    /// More than the session may hold on to of any input: windows, header lists, queues.
    private static let heldLimit = 16 * 1_024 * 1_024

    static func run(
        _ role: SessionFuzzTests.Role,
        _ input: [UInt8],
        chunk: Int,
        _ generator: inout SeededGenerator
    ) {
        var limits = HTTP2Limits()
        limits.maxMessageBytes = 100_000
        limits.maxIncompleteBytes = 300_000
        guard
            let session = try? HTTP2Session(
                role: role == .client ? .client : .server { HTTP2Stream(id: $0, maxMessageBytes: 100_000) },
                limits: limits
            )
        else { preconditionFailure("a session can be made") }
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 40_000, alignment: 16)
        defer {
            output.deallocate()
            session.abandonStreams()
        }
        if role == .client { makeRequests(session) }
        _ = try? session.fill(output)
        var offset = 0
        while offset < input.count {
            let end = min(offset + chunk, input.count)
            do {
                try input.withUnsafeBytes { bytes in
                    try session.receive(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
                }
                act(on: session, &generator)
                // A peer that does not always read.
                if generator.next() % 3 > 0 { _ = try session.fill(output) }
                act(on: session, &generator)
            } catch {
                return
            }
            let held = session.streams.elements.reduce(0) {
                $0 + $1.unconsumed + $1.deframer.partialByteCount
            }
            precondition(held < heldLimit, "\(held) bytes are held")
            precondition(session.incompleteBytes >= 0 && session.incompleteBytes <= limits.maxIncompleteBytes)
            if session.isOver { return }
            offset = end
        }
    }

    private static func makeRequests(_ session: HTTP2Session) {
        for number in 0..<5 {
            var headers = HeaderList()
            headers.append(":method", "POST")
            headers.append(":scheme", "http")
            headers.append(":path", "/test.Echo/Echo")
            headers.append(":authority", "localhost")
            let stream = HTTP2Stream(id: 0, maxMessageBytes: 100_000)
            try? session.submitRequest(stream, headers)
            stream.sendBuffer.append(MessageBytes(repeating: 1, count: number * 1_000).framed)
            stream.isSendFinished = number % 2 == 0
            session.resume(stream)
        }
    }

    /// Does to the streams what handlers and callers do: reads, writes, ends, resets.
    private static func act(on session: HTTP2Session, _ generator: inout SeededGenerator) {
        let events = session.events
        session.events = []
        for event in events {
            switch event {
            case .headers(let stream, let block, _):
                _ = try? block.metadata()
                if case .server = session.role, stream.sending == .unsubmitted {
                    answer(stream, session, &generator)
                }
            case .data(let stream, _):
                stream.messages.removeAll()
                if generator.next() % 4 > 0 { session.consume(stream.unconsumed, of: stream) }
                if generator.next() % 16 == 0 { session.reset(stream, errorCode: 8) }
                if stream.sending == .deferred {
                    stream.sendBuffer.append(MessageBytes(repeating: 2, count: 5_000).framed)
                    stream.isSendFinished = generator.next() % 2 == 0
                    session.resume(stream)
                }
            case .closed(let stream, _): session.consume(stream.unconsumed, of: stream)
            default: break
            }
        }
    }

    private static func answer(
        _ stream: HTTP2Stream,
        _ session: HTTP2Session,
        _ generator: inout SeededGenerator
    ) {
        var headers = HeaderList()
        headers.append(":status", "200")
        switch generator.next() % 4 {
        case 0: try? session.submitOnlyHeaders(stream, headers)
        case 1: session.reset(stream, errorCode: 2)
        default:
            headers.withNameValues { try? session.submitResponse(stream, $0, $1) }
            stream.sendBuffer.append(MessageBytes(repeating: 3, count: Int(generator.next() % 70_000)).framed)
            if generator.next() % 2 == 0 {
                var trailers = HeaderList()
                trailers.append("grpc-status", "0")
                stream.trailers = trailers
                stream.isSendFinished = true
            }
        }
    }
}
