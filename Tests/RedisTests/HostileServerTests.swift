import EventLoop
import TestSupport
import Testing

@testable import Redis

/// A peer that breaks the protocol, or says nothing, costs its connection: never a trap, a hang, or memory without end.
@Suite(.timeLimit(.minutes(2))) struct HostileServerTests {
    /// A server that greets like Redis and then answers the first words of each client with `answer`.
    private func server(_ answer: [UInt8]) throws -> ScriptedServer {
        try ScriptedServer { client in
            guard client.receive() != nil else { return }
            client.send("+PONG\r\n")
            guard client.receive() != nil else { return }
            client.send(answer)
            while client.receive() != nil {}
        }
    }

    private func ask(
        _ answer: [UInt8],
        timeout: Duration = .seconds(20),
        configure: (inout RedisConfiguration) -> Void = { _ in },
        _ check: (Result<RedisValue, RedisError>, RedisConnection) async throws -> Void
    ) async throws {
        let server = try server(answer)
        defer { server.stop() }
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configure(&configuration)
            let connection = try await test.connect(configuration)
            let result: Result<RedisValue, RedisError>
            do throws(RedisError) {
                result = .success(try await connection.send(.get("a"), timeout: timeout))
            } catch {
                result = .failure(error)
            }
            try await check(result, connection)
            await connection.close()
        }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "*1\r\n?", "$x\r\n", "*2147483647\r\n", "\u{0}\u{0}\u{0}",
    ])
    func garbageEndsTheConnection(text: String) async throws {
        try await ask(utf8(text)) { result, connection async throws in
            guard case .failure(let error) = result else { throw Deliberate() }
            #expect(error.code == .protocolViolation && error.isConnectionDead && error.mayHaveBeenDone)
            #expect(await !connection.isOpen)
        }
    }

    @Test func anAnswerThatNobodyAskedForEndsTheConnection() async throws {
        try await ask(utf8("+OK\r\n+OK\r\n")) { result, connection async throws in
            #expect(result == .success(.status("OK")))
            while await connection.isOpen, !Task.isCancelled { await Task.yield() }
            let after = await failure { () async throws(RedisError) in try await connection.send(.get("a")) }
            #expect(after?.code == .connectionLost && after?.isRetriable == true, "nothing was sent")
        }
    }

    @Test func anAnswerLargerThanTheLimitEndsTheConnection() async throws {
        let large = utf8("$999999999\r\n") + Array(repeating: UInt8(ascii: "a"), count: 2 << 20)
        try await ask(large) {
            $0.replyLimits.bytes = 1 << 20
        } _: { result, _ in
            guard case .failure(let error) = result else { throw Deliberate() }
            #expect(error.code == .protocolViolation)
        }
    }

    @Test func aMuteServerCostsTheConnectionSomeTimeAfterTheDeadline() async throws {
        for answer in [[], utf8("$5\r\nab")] {
            // Longer than a busy machine takes to send it: what was never sent costs no connection.
            try await ask(answer, timeout: .milliseconds(200)) {
                $0.lateAnswerGrace = .milliseconds(20)
            } _: { result, connection async throws in
                guard case .failure(let error) = result else { throw Deliberate() }
                #expect(error.code == .timedOut)
                while await connection.isOpen, !Task.isCancelled { await Task.yield() }
            }
        }
    }

    @Test func everyoneInLineHearsOfTheEnd() async throws {
        let server = try ScriptedServer { client in
            guard client.receive() != nil else { return }
            client.send("+PONG\r\n")
            guard client.receive() != nil else { return }
            client.send("+OK\r\n$5\r\nab")
        }
        defer { server.stop() }
        try await TestLoop.with { test async throws in
            let connection = try await test.connect(server.url)
            let results = await withTaskGroup(of: RedisError?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await failure { () async throws(RedisError) in
                            try await connection.send(.get("a"), timeout: .seconds(20))
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.filter { $0 == nil }.count == 1)
            #expect(results.filter { $0?.code == .connectionLost }.count == 19)
        }
    }

    @Test func aServerThatDoesNotGreetIsNotConnectedTo() async throws {
        let server = try ScriptedServer { client in while client.receive() != nil {} }
        defer { server.stop() }
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.connectTimeout = .milliseconds(30)
            let error = await failure { () async throws(RedisError) in try await test.connect(configuration) }
            #expect(error?.code == .connectionFailed && error?.mayHaveBeenDone == false)
            let connecting = Task {
                await failure { () async throws(RedisError) in try await test.connect(server.url) }
            }
            connecting.cancel()
            #expect(await connecting.value?.code == .cancelled)
        }
    }

    @Test func whatTheServerDoesNotReadIsKeptUpToALimit() async throws {
        let server = try ScriptedServer { client in
            guard client.receive() != nil else { return }
            client.send("+PONG\r\n")
            // It reads nothing more until the test is over.
            client.waitForEnd()
        }
        defer { server.stop() }
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.unsentBytes = 8 << 20
            let client = RedisClient(configuration: configuration, loop: test.loop, offload: test.offload)
            let run = Task { await client.run() }
            while !client.isUp { await Task.yield() }
            let command = RedisCommand.set("a", .bytes(Array(repeating: 0, count: 1 << 20)))
            let refusal = await withCheckedContinuation { continuation in
                test.loop.execute {
                    Flood(client: client, command: command, refusal: continuation).goOn()
                }
            }
            #expect(refusal.code == .overloaded)
            run.cancel()
            await run.value
        }
    }

    /// Sends one command a turn without waiting for answers, until it is refused.
    private final class Flood {
        let client: RedisClient
        let command: RedisCommand
        var refusal: CheckedContinuation<RedisError, Never>?

        init(client: RedisClient, command: RedisCommand, refusal: CheckedContinuation<RedisError, Never>) {
            self.client = client
            self.command = command
            self.refusal = refusal
        }

        func goOn() {
            client.sendOnLoop([command], timeout: .seconds(60)) { result in
                guard case .failure(let error) = result else { return }
                let refusal = self.refusal
                self.refusal = nil
                refusal?.resume(returning: error)
            }
            if refusal != nil { client.loop.atEndOfTurn { self.goOn() } }
        }
    }

    @Test(arguments: 0..<20) func noiseIsAnErrorOrAnAnswer(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "+OK\r\n", "-ERR x\r\n", ":1\r\n", "$1\r\na\r\n", "$-1\r\n", "*2\r\n", "*-1\r\n", "*0\r\n",
        ]
        var noise: [UInt8] = []
        for _ in 0..<random.below(12) {
            var piece = utf8(pieces[random.below(pieces.count)])
            if random.below(4) == 0 {
                piece[random.below(piece.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            noise += piece
        }
        try await ask(noise, timeout: .milliseconds(50)) { _, connection async throws in
            _ = await failure { () async throws(RedisError) in
                try await connection.send(.get("a"), timeout: .milliseconds(20))
            }
        }
    }
}
