import EventLoop
import TestSupport
import Testing

@testable import LiteLLM

/// Whoever goes is seen to go by the upstream.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    private func upstream(
        chunks: Int,
        _ came: Signal,
        _ gone: Signal
    ) throws -> ScriptedUpstream {
        try ScriptedUpstream { client, _ in
            if chunks > 0 { client.beginStream() }
            for _ in 0..<chunks { client.text("a") }
            came.fire()
            client.waitForEnd()
            gone.fire()
            return false
        }
    }

    @Test func cancellingBeforeTheFirstChunkClosesTheConnection() async throws {
        let (came, gone) = (Signal(), Signal())
        let upstream = try upstream(chunks: 0, came, gone)
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
        } _: { client in
            let task = Task {
                await failure { () async throws(LiteLLMError) in try await client.stream(question()) }
            }
            await came.wait()
            task.cancel()
            await gone.wait()
            #expect(await task.value?.code == .cancelled)
        }
        #expect(upstream.requests.count == 1)
    }

    @Test func cancellingBetweenChunksClosesTheConnectionAndKeepsTheText() async throws {
        let (came, gone) = (Signal(), Signal())
        let upstream = try upstream(chunks: 3, came, gone)
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let reached = Signal()
            let task = Task {
                let stream = try await client.stream(question())
                var count = 0
                var iterator = stream.makeAsyncIterator()
                while count < 3 {
                    _ = try await iterator.next()
                    count += 1
                }
                reached.fire()
                return await failure { () async throws(LiteLLMError) in try await iterator.next() }
            }
            await reached.wait()
            task.cancel()
            await gone.wait()
            let error = try await task.value
            #expect(error?.code == .cancelled && error?.partialText == "aaa")
        }
    }

    @Test func aTaskThatIsCancelledAlreadySendsNothing() async throws {
        let (came, gone) = (Signal(), Signal())
        let upstream = try upstream(chunks: 1, came, gone)
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            let start = Signal()
            let task = Task {
                await start.wait()
                return await failure { () async throws(LiteLLMError) in try await client.complete(question())
                }
            }
            task.cancel()
            start.fire()
            #expect(await task.value?.code == .cancelled)
        }
        #expect(upstream.accepted == 0)
    }

    @Test func lettingGoOfAStreamClosesTheConnection() async throws {
        let (came, gone) = (Signal(), Signal())
        let upstream = try upstream(chunks: 3, came, gone)
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            var stream: ChatStream? = try await client.stream(question())
            #expect(stream != nil)
            stream = nil
            await gone.wait()
        }
    }

    @Test func lettingGoOfAReaderThatPausedClosesTheConnection() async throws {
        let gone = Signal()
        let upstream = try ScriptedUpstream { client, _ in
            client.beginStream()
            let text = String(repeating: "a", count: 10_000)
            let piece = #"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"# + "\n\n"
            while client.piece(piece) {}
            gone.fire()
            return false
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) { client in
            var stream: ChatStream? = try await client.stream(question())
            var iterator = stream?.makeAsyncIterator()
            _ = try await iterator?.next()
            iterator = nil
            stream = nil
            await gone.wait()
        }
    }

    @Test func shuttingDownEndsWhoWaits() async throws {
        let (came, gone) = (Signal(), Signal())
        let upstream = try upstream(chunks: 0, came, gone)
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
        } _: { client in
            async let error = failure { () async throws(LiteLLMError) in try await client.complete(question())
            }
            await came.wait()
            await client.shutdown()
            await gone.wait()
            #expect(await error?.code == .closed)
            let later = await failure { () async throws(LiteLLMError) in try await client.complete(question())
            }
            #expect(later?.code == .closed)
        }
    }

    @Test func waitingForTheNextAttemptEndsWithTheTask() async throws {
        let came = Signal()
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(503, "{}", headers: ["retry-after: 600"])
            came.fire()
            return true
        }
        defer { upstream.stop() }
        try await withClient(upstream.url) {
            $0.retries.attempts = 3
            $0.retries.longestRetryAfter = .seconds(1_000)
            $0.retries.window = .seconds(1_000)
        } _: { client in
            let task = Task {
                await failure { () async throws(LiteLLMError) in try await client.complete(question()) }
            }
            await came.wait()
            task.cancel()
            #expect(await task.value?.code == .cancelled)
        }
    }

    @Test(arguments: [false, true]) func lettingGoOfTheClientClosesItsConnections(loopEndsFirst: Bool)
        async throws
    {
        let gone = Signal()
        let upstream = try ScriptedUpstream { client, _ in
            client.answer(200, #"{"choices":[{"message":{"content":"hi"}}]}"#)
            client.waitForEnd()
            gone.fire()
            return false
        }
        defer { upstream.stop() }
        let loop = try EventLoop()
        try loop.start()
        var client: LiteLLMClient? = LiteLLMClient(
            configuration: try LiteLLMConfiguration(url: upstream.url),
            loop: loop
        )
        #expect(try await client?.complete(question()).text == "hi")
        if loopEndsFirst { await loop.shutdown() }
        client = nil
        await gone.wait()
        await loop.shutdown()
    }
}
