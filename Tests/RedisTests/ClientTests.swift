import EventLoop
import Glibc
import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct ClientTests {
    @Test func whatMostCallersNeed() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                #expect(try await client.get("a") == nil)
                try await client.set("a", "1")
                try await client.set("b", .bytes([0, 255]), expiry: .seconds(100))
                #expect(try await client.get("a") == utf8("1"))
                #expect(try await client.mget(["a", "none", "b"]) == [utf8("1"), nil, [0, 255]])
                #expect(try await client.mget([]) == [])
                let life = try await client.send(RedisCommand("PTTL", ["b"])).integer()
                #expect((1...100_000).contains(life))
                #expect(try await client.incr("a", by: 41) == 42)
                #expect(try await client.del(["a", "none"]) == 1)
                #expect(try await client.publish("nobody", "hears") == 0)
                #expect(client.isUp)
                let error = await failure { () async throws(RedisError) in try await client.incr("b") }
                #expect(error?.code == .server && error?.isRetriable == false)
                #expect(error?.serverError?.kind == "ERR")
            }
        }
    }

    @Test func manyCallersShareOneConnection() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            try await client.set("k\(number)", .integer(number), timeout: .seconds(10))
                            let value = try await client.get("k\(number)", timeout: .seconds(10))
                            #expect(value == utf8("\(number)"))
                        }
                    }
                    try await group.waitForAll()
                }
                let clients = try await client.send(RedisCommand("CLIENT", ["LIST"], keyIndex: nil)).bytes()
                #expect(clients?.filter { $0 == UInt8(ascii: "\n") }.count == 1)
            }
        }
    }

    @Test func severalConnectionsTakeTurns() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.connectionsPerServer = 3
            try await test.withClient(configuration) { client async throws in
                var seen = Set<Int>()
                while seen.count < 3 {
                    seen.insert(
                        try await client.send(RedisCommand("CLIENT", ["ID"], keyIndex: nil)).integer()
                    )
                }
            }
        }
    }

    @Test func codeOnTheLoopSendsWithoutATask() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                let answers = await withCheckedContinuation { continuation in
                    test.loop.execute {
                        client.sendOnLoop([.set("a", "1"), .get("a")]) { result in
                            #expect(test.loop.isCurrent)
                            continuation.resume(returning: result)
                        }
                    }
                }
                #expect(answers == .success([.status("OK"), .string(utf8("1"))]))
                let refused = await withCheckedContinuation { continuation in
                    test.loop.execute { client.sendOnLoop([]) { continuation.resume(returning: $0) } }
                }
                guard case .failure(let error) = refused else { throw Deliberate() }
                #expect(error.code == .misuse)
            }
        }
    }

    @Test func aKilledServerIsUnavailableAtOnceAndBackAfterItsRestart() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                try await client.set("a", "1")
                for _ in 0..<2 {
                    server.end()
                    while client.isUp { await Task.yield() }
                    let error = await failure { () async throws(RedisError) in
                        try await client.get("a", timeout: .seconds(60))
                    }
                    #expect(error?.code == .unavailable && error?.isRetriable == true)
                    try server.start()
                    while !client.isUp { await Task.yield() }
                    #expect(try await client.get("a") == nil)
                }
            }
        }
    }

    @Test func whoeverWaitsForTheFirstConnectionFailsWithItsFailure() async throws {
        let port = try freePort()
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(port)")
            let client = RedisClient(configuration: configuration, loop: test.loop, offload: test.offload)
            async let early = failure { () async throws(RedisError) in
                try await client.get("a", timeout: .seconds(60))
            }
            let run = Task { await client.run() }
            #expect(await early?.code == .unavailable)
            run.cancel()
            await run.value
            let late = await failure { () async throws(RedisError) in try await client.get("a") }
            #expect(late?.code == .closed)
        }
    }

    @Test func withoutRunACallerWaitsUntilItsTimeIsOver() async throws {
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: "redis://127.0.0.1:1")
            let client = RedisClient(configuration: configuration, loop: test.loop, offload: test.offload)
            let error = await failure { () async throws(RedisError) in
                try await client.get("a", timeout: .milliseconds(20))
            }
            #expect(error?.code == .timedOut && error?.mayHaveBeenDone == false)
            await client.shutdown()
        }
    }

    @Test func aServerThatStopsAnsweringIsGivenUpAndComesBack() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.lateAnswerGrace = .milliseconds(100)
            configuration.connectTimeout = .milliseconds(200)
            try await test.withClient(configuration) { client async throws in
                // A busy machine may take longer than that to connect at first.
                while !client.isUp { await Task.yield() }
                try await client.set("a", "1")
                server.signal(SIGSTOP)
                let first = await failure { () async throws(RedisError) in
                    try await client.get("a", timeout: .milliseconds(50))
                }
                #expect(first?.code == .timedOut && first?.mayHaveBeenDone == true)
                while client.isUp { await Task.yield() }
                let second = await failure { () async throws(RedisError) in try await client.get("a") }
                #expect(second?.code == .unavailable)
                server.signal(SIGCONT)
                while !client.isUp { await Task.yield() }
                #expect(try await client.get("a") == utf8("1"))
            }
        }
    }

    @Test func aSlowAnswerCostsItsCallerOnly() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                let identity = RedisCommand("CLIENT", ["ID"], keyIndex: nil)
                let before = try await client.send(identity)
                let slow = RedisCommand("DEBUG", ["SLEEP", "0.2"], keyIndex: nil)
                async let impatient = failure { () async throws(RedisError) in
                    try await client.send(slow, timeout: .milliseconds(20))
                }
                #expect(await impatient?.code == .timedOut)
                #expect(try await client.send(identity, timeout: .seconds(10)) == before)
            }
        }
    }

    @Test func aCancelledCallerHarmsNobody() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            try await test.withClient(RedisConfiguration(url: server.url)) { client async throws in
                _ = try await client.incr("n")
                server.signal(SIGSTOP)
                let cancelled = Task {
                    await failure { () async throws(RedisError) in try await client.incr("n") }
                }
                let other = Task { try await client.incr("n", timeout: .seconds(30)) }
                cancelled.cancel()
                #expect(await cancelled.value?.code == .cancelled)
                server.signal(SIGCONT)
                #expect([2, 3].contains(try await other.value))
                let error = await Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await failure { () async throws(RedisError) in try await client.incr("n") }
                }.value
                #expect(error?.code == .cancelled && error?.mayHaveBeenDone == false)
            }
        }
    }

    @Test func moreCommandsThanTheLimitAreRefusedAtOnce() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            var configuration = try RedisConfiguration(url: server.url)
            configuration.commandsInFlight = 10
            configuration.unsentBytes = 1_000
            try await test.withClient(configuration) { client async throws in
                let command = RedisCommand("PING", keyIndex: nil)
                #expect(try await client.pipeline(Array(repeating: command, count: 10)).count == 10)
                let many = await failure { () async throws(RedisError) in
                    try await client.pipeline(Array(repeating: command, count: 11))
                }
                #expect(many?.code == .overloaded && many?.isRetriable == true)
                let large = await failure { () async throws(RedisError) in
                    try await client.set("a", .bytes(Array(repeating: 0, count: 2_000)))
                }
                #expect(large?.code == .overloaded)
            }
        }
    }
}

/// What a test throws on purpose.
struct Deliberate: Error {}
