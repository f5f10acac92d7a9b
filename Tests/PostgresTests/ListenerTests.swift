import EventLoop
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct ListenerTests {
    /// A listener on one channel with a name that needs its quotes, running while `body` does.
    private func withListener(
        bufferedEvents: Int = 1_024,
        _ body: (TestServer, PostgresListener, String) async throws -> Void
    ) async throws {
        try await TestServer.with(connections: 2) { server async throws in
            let channel = "Channel \"\(UInt32.random(in: 0 ... .max))\""
            var limits = PostgresListener.Limits()
            limits.bufferedEvents = bufferedEvents
            let listener = PostgresListener(
                channels: [channel],
                configuration: server.configuration,
                loop: server.loop,
                offload: server.offload,
                limits: limits
            )
            let run = Task { try await listener.run() }
            var failure: (any Error)?
            do { try await body(server, listener, channel) } catch { failure = error }
            run.cancel()
            _ = await run.result
            if let failure { throw failure }
        }
    }

    private func payload(_ event: PostgresListener.Event?) -> String? {
        guard case .notification(let notification) = event else { return nil }
        return notification.payload
    }

    @Test func whatIsToldIsHeardInOrderAndOnlyAfterTheCommit() async throws {
        try await withListener { server, listener, channel async throws in
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed(.began))
            _ = try? await server.pool.withTransaction { transaction in
                _ = try await transaction.query(.notify(channel, "rolled back"))
                throw Deliberate()
            }
            let numbers = (0..<50).map { PostgresStatement.notify(channel, "\($0)") }
            _ = try await server.pool.pipeline(numbers)
            _ = try await server.pool.query(.notify(channel))
            for number in 0..<50 { #expect(payload(await events.next()) == "\(number)") }
            let last = await events.next()
            guard case .notification(let notification) = last else { throw Deliberate() }
            #expect(notification.channel == channel && notification.payload.isEmpty)
        }
    }

    @Test func afterABrokenConnectionItListensAgainAndSaysThatSomethingMayBeMissing() async throws {
        try await withListener { server, listener, channel async throws in
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed(.began))
            for round in 0..<3 {
                let killed = try await server.value(
                    """
                    SELECT count(pg_terminate_backend(pid)) AS v FROM pg_stat_activity
                    WHERE query = 'LISTEN ' || quote_ident($1)
                    """,
                    [.text(channel)],
                    as: Int64.self
                )
                #expect(killed == 1)
                #expect(await events.next() == .mayHaveMissed(.reconnected))
                _ = try await server.pool.query(.notify(channel, "\(round)"))
                #expect(payload(await events.next()) == "\(round)")
            }
        }
    }

    @Test func aSlowReaderIsToldThatSomethingIsMissing() async throws {
        try await withListener(bufferedEvents: 4) { server, listener, channel async throws in
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed(.began))
            for number in 0..<20 { _ = try await server.pool.query(.notify(channel, "\(number)")) }
            // What comes now was told before this answer, on another connection of the same loop: none is under way.
            _ = try await server.pool.query(.notify(channel, "last"))
            for number in 0..<3 { #expect(payload(await events.next()) == "\(number)") }
            #expect(await events.next() == .mayHaveMissed(.bufferFull))
        }
    }

    @Test func theSequenceEndsWithTheListenerAndACancelledReaderStops() async throws {
        try await withListener { server, listener, _ async throws in
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed(.began))
            let reader = Task {
                var events = listener.events.makeAsyncIterator()
                return await events.next()
            }
            reader.cancel()
            #expect(await reader.value == nil)
        }
        try await TestServer.with { server async throws in
            let listener = PostgresListener(
                channels: ["c"],
                configuration: server.configuration,
                loop: server.loop,
                offload: server.offload
            )
            let run = Task { try await listener.run() }
            var events = listener.events.makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed(.began))
            run.cancel()
            #expect(await events.next() == nil)
            _ = try await run.value
        }
    }

    @Test func whatCanNeverWorkEndsItWithAnError() async throws {
        try await TestServer.with(isBehindTransactionPooler: true) { server async throws in
            let listener = PostgresListener(
                channels: ["c"],
                configuration: server.configuration,
                loop: server.loop,
                offload: server.offload
            )
            let pooled = await #expect(throws: PostgresError.self) { try await listener.run() }
            #expect(pooled?.code == .invalidConfiguration)
            for await _ in listener.events { Issue.record("it hears nothing") }
        }
        try await TestServer.with { server async throws in
            let listener = PostgresListener(
                channels: [""],
                configuration: server.configuration,
                loop: server.loop,
                offload: server.offload
            )
            let empty = await #expect(throws: PostgresError.self) { try await listener.run() }
            #expect(empty?.code == .server)
        }
    }
}
