import EventLoop
import Glibc
import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct SubscriberTests {
    /// What a subscriber has told, in order.
    private struct Events {
        var iterator: AsyncStream<RedisSubscriberEvent>.Iterator

        mutating func next() async -> RedisSubscriberEvent? { await iterator.next() }

        mutating func isDisconnected() async -> Bool {
            if case .disconnected? = await iterator.next() { true } else { false }
        }
    }

    private func withSubscriber(
        _ test: TestLoop,
        _ configuration: RedisConfiguration,
        channels: [String] = ["channel"],
        patterns: [String] = [],
        _ body: (inout Events) async throws -> Void
    ) async throws {
        let (stream, continuation) = AsyncStream<RedisSubscriberEvent>.makeStream()
        let subscriber = RedisSubscriber(
            channels: channels,
            patterns: patterns,
            configuration: configuration,
            loop: test.loop,
            offload: test.offload
        ) { event in
            #expect(test.loop.isCurrent)
            continuation.yield(event)
        }
        let run = Task { await subscriber.run() }
        var events = Events(iterator: stream.makeAsyncIterator())
        var failure: (any Error)?
        do { try await body(&events) } catch { failure = error }
        run.cancel()
        await run.value
        if let failure { throw failure }
    }

    @Test func whatIsPublishedIsHeardInOrder() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: server.url)
            try await test.withClient(configuration) { client async throws in
                let names = ["channel", "other"]
                try await withSubscriber(test, configuration, channels: names, patterns: ["p.*"]) {
                    events async throws in
                    #expect(await events.next() == .connected)
                    #expect(try await client.publish("elsewhere", "x") == 0)
                    let commands: [RedisCommand] = (0..<300).map { .publish("channel", "\($0)") }
                    _ = try await client.pipeline(commands, timeout: .seconds(10))
                    for number in 0..<300 {
                        #expect(
                            await events.next() == .message(channel: "channel", payload: utf8("\(number)"))
                        )
                    }
                    let bytes: [UInt8] = [13, 10, 0, 255]
                    #expect(try await client.publish("p.q", .bytes(bytes)) == 1)
                    #expect(await events.next() == .message(channel: "p.q", payload: bytes))
                    let large = Array(repeating: UInt8(7), count: 1 << 20)
                    #expect(try await client.publish("other", .bytes(large), timeout: .seconds(10)) == 1)
                    #expect(await events.next() == .message(channel: "other", payload: large))
                }
            }
        }
    }

    @Test func afterABrokenConnectionItIsConnectedAgainAndSaysSo() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: server.url)
            try await test.withClient(configuration) { client async throws in
                try await withSubscriber(test, configuration) { events async throws in
                    #expect(await events.next() == .connected)
                    let kill = RedisCommand("CLIENT", ["KILL", "TYPE", "pubsub"], keyIndex: nil)
                    for round in 0..<3 {
                        #expect(try await client.send(kill) == .integer(1))
                        #expect(await events.isDisconnected())
                        #expect(await events.next() == .connected)
                        try await client.publish("channel", "\(round)")
                        #expect(
                            await events.next() == .message(channel: "channel", payload: utf8("\(round)"))
                        )
                    }
                    server.end()
                    #expect(await events.isDisconnected())
                    try server.start()
                    #expect(await events.next() == .connected)
                }
            }
        }
    }

    @Test func aServerThatSaysNothingIsNoticed() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.deadPeerTimeout = .milliseconds(150)
            configuration.connectTimeout = .milliseconds(200)
            try await withSubscriber(test, configuration) { events async throws in
                #expect(await events.next() == .connected)
                server.signal(SIGSTOP)
                #expect(await events.isDisconnected())
                server.signal(SIGCONT)
                #expect(await events.next() == .connected)
            }
        }
    }

    @Test func aServerThatIsAwayIsTriedUntilItComes() async throws {
        let server = try RedisServer()
        server.end()
        try await TestLoop.with { test async throws in
            try await withSubscriber(test, RedisConfiguration(url: server.url)) { events async throws in
                try server.start()
                #expect(await events.next() == .connected)
            }
        }
    }
}
