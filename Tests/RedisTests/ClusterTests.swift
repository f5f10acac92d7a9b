import EventLoop
import Testing

@testable import Redis

@Suite(.timeLimit(.minutes(2))) struct ClusterTests {
    @Test func keysOfAnySlotAreServedThroughOneClient() async throws {
        try await TestLoop.with { test async throws in
            let cluster = try await RedisClusterServers(test)
            try await test.withClient(cluster.configuration) { client async throws in
                let keys = (0..<200).map { RedisArgument("key\($0)") }
                let sets = keys.enumerated().map { RedisCommand.set($1, .integer($0)) }
                let answers = try await client.pipeline(sets, timeout: .seconds(10))
                #expect(answers.allSatisfy { $0 == .status("OK") })
                let values = try await client.mget(keys + ["none"], timeout: .seconds(10))
                #expect(values == (0..<200).map { utf8("\($0)") } + [nil])
                #expect(client.isUp)
                var sizes: [Int] = []
                for connection in try await cluster.connect(test) {
                    sizes.append(try await connection.send(RedisCommand("DBSIZE", keyIndex: nil)).integer())
                    await connection.close()
                }
                #expect(sizes.reduce(0, +) == 200 && sizes.allSatisfy { $0 > 20 })
                #expect(try await client.del(keys) == 200)
                #expect(try await client.send(RedisCommand("PING", keyIndex: nil)) == .status("PONG"))
            }
        }
    }

    @Test func keysWithOneHashTagStayTogether() async throws {
        try await TestLoop.with { test async throws in
            let cluster = try await RedisClusterServers(test)
            try await test.withClient(cluster.configuration) { client async throws in
                let together: [RedisCommand] = [
                    .set("{t}a", "1"), RedisCommand("MULTI", keyIndex: nil), .incr("{t}a"), .incr("{t}b"),
                    RedisCommand("EXEC", keyIndex: nil), .mget(["{t}a", "{t}b"]),
                ]
                let answers = try await client.pipeline(together)
                #expect(answers[4] == .array([.integer(2), .integer(1)]))
                #expect(answers[5] == .array([.string(utf8("2")), .string(utf8("1"))]))
                let apart = await failure { () async throws(RedisError) in
                    try await client.send(.mget(["foo", "bar"]))
                }
                #expect(apart?.serverError?.kind == "CROSSSLOT" && apart?.isRetriable == false)
            }
        }
    }

    @Test func aSlotThatMovesIsFollowedFromTheFirstKeyToTheLast() async throws {
        try await TestLoop.with { test async throws in
            let cluster = try await RedisClusterServers(test)
            try await test.withClient(cluster.configuration) { client async throws in
                let connections = try await cluster.connect(test)
                let slot = RedisArgument.integer(HashSlot(key: utf8("t")[...]).number)
                let from = cluster.owner(of: "t")
                let to = (from + 1) % 3
                let (source, target) = (connections[from], connections[to])
                _ = try await client.pipeline([.set("{t}gone", "1"), .set("{t}there", "2")])
                let sourceID = RedisArgument(try await RedisClusterServers.id(source))
                let targetID = RedisArgument(try await RedisClusterServers.id(target))
                typealias Servers = RedisClusterServers
                _ = try await target.send(Servers.cluster("SETSLOT", slot, "IMPORTING", sourceID))
                _ = try await source.send(Servers.cluster("SETSLOT", slot, "MIGRATING", targetID))
                let port = RedisArgument.integer(Int(cluster.servers[to].port))
                let migrate = RedisCommand(
                    "MIGRATE",
                    ["127.0.0.1", port, "{t}gone", 0, 1_000],
                    keyIndex: nil
                )
                #expect(try await source.send(migrate) == .status("OK"))
                // ASK, for those that have gone and for new ones.
                #expect(try await source.pipeline([.get("{t}gone")])[0].isError("ASK"))
                let commands: [RedisCommand] = [
                    .get("{t}gone"), .get("{t}there"), .set("{t}new", "3"), .get("{t}new"),
                ]
                let expected: [RedisValue] = [
                    .string(utf8("1")), .string(utf8("2")), .status("OK"), .string(utf8("3")),
                ]
                #expect(try await client.pipeline(commands) == expected)
                let halfway = await failure { () async throws(RedisError) in
                    try await client.send(.mget(["{t}gone", "{t}there"]))
                }
                #expect(halfway?.serverError?.kind == "TRYAGAIN" && halfway?.isRetriable == true)
                // MOVED.
                let last = RedisCommand("MIGRATE", ["127.0.0.1", port, "{t}there", 0, 1_000], keyIndex: nil)
                #expect(try await source.send(last) == .status("OK"))
                for connection in [target, source] {
                    _ = try await connection.send(Servers.cluster("SETSLOT", slot, "NODE", targetID))
                }
                #expect(try await source.pipeline([.get("{t}gone")])[0].isError("MOVED"))
                #expect(try await client.pipeline(commands) == expected)
                #expect(try await client.get("{t}there") == utf8("2"))
                for connection in connections { await connection.close() }
            }
        }
    }

    @Test func aKilledServerTakesItsOwnSlotsAwayOnlyAndBringsThemBack() async throws {
        try await TestLoop.with { test async throws in
            let cluster = try await RedisClusterServers(test)
            var configuration = try cluster.configuration
            configuration.clusterRefreshInterval = .milliseconds(20)
            try await test.withClient(configuration) { client async throws in
                let keys = ["foo", "bar", "hello", "a", "b", "c", "d"]
                let lost = try #require(keys.first { cluster.owner(of: $0) == 0 })
                let kept = try #require(keys.first { cluster.owner(of: $0) != 0 })
                try await client.set(RedisArgument(kept), "1")
                try await client.set(RedisArgument(lost), "1")
                cluster.servers[0].end()
                var error: RedisError?
                while error?.code != .unavailable {
                    error = await failure { () async throws(RedisError) in
                        try await client.get(RedisArgument(lost))
                    }
                }
                #expect(error?.isRetriable == true)
                #expect(try await client.get(RedisArgument(kept)) == utf8("1"))
                try cluster.servers[0].start()
                while await failure({ () async throws(RedisError) in try await client.get(RedisArgument(lost))
                }) != nil {
                    try Task.checkCancellation()
                }
                #expect(try await client.get(RedisArgument(kept)) == utf8("1"))
            }
        }
    }

    @Test func serversThatSendACommandInCirclesAreFollowedAFewTimes() async throws {
        let first = try RoundaboutServer()
        defer { first.server.stop() }
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: first.server.url, isCluster: true)
            try await test.withClient(configuration) { client async throws in
                for kind in ["MOVED", "ASK"] {
                    let error = await failure { () async throws(RedisError) in
                        try await client.send(.get(RedisArgument(kind)))
                    }
                    #expect(error?.serverError?.kind == kind[...] && error?.isRetriable == true)
                }
            }
        }
    }

    @Test func aServerThatIsInNoClusterIsUnavailable() async throws {
        let server = try RedisServer()
        try await TestLoop.with { test async throws in
            let configuration = try RedisConfiguration(url: server.url, isCluster: true)
            try await test.withClient(configuration) { client async throws in
                let error = await failure { () async throws(RedisError) in
                    try await client.get("a", timeout: .seconds(10))
                }
                #expect(error?.code == .unavailable && !client.isUp)
            }
        }
    }
}

/// A server that has all slots, and says of each key that it is at this very server.
private struct RoundaboutServer {
    let server: ScriptedServer

    init() throws {
        server = try ScriptedServer { client in
            while let bytes = client.receive() {
                let text = String(decoding: bytes, as: UTF8.self)
                for command in text.split(separator: "*") {
                    if command.contains("PING") {
                        client.send("+PONG\r\n")
                    } else if command.contains("ASKING") {
                        client.send("+OK\r\n")
                    } else if command.contains("CLUSTER") {
                        client.send("*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$0\r\n\r\n:\(client.port)\r\n")
                    } else {
                        client.send("-\(command.contains("ASK") ? "ASK" : "MOVED") 1 :\(client.port)\r\n")
                    }
                }
            }
        }
    }
}

extension RedisValue {
    fileprivate func isError(_ kind: String) -> Bool {
        if case .error(let error) = self { error.kind == kind[...] } else { false }
    }
}
