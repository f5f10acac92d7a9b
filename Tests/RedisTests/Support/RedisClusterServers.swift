import EventLoop
import Testing

@testable import Redis

/// Three masters of a cluster of a test's own, with the slots shared out among them.
final class RedisClusterServers {
    let servers: [RedisServer]

    /// Starts the servers and returns when each of them knows of all slots.
    init(_ test: TestLoop) async throws {
        let options = [
            "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-require-full-coverage",
            "no",
        ]
        servers = try (0..<3).map { _ in try RedisServer(options) }
        let connections = try await connect(test)
        for (index, connection) in connections.enumerated() {
            let first = index * HashSlot.count / 3
            let last = (index + 1) * HashSlot.count / 3 - 1
            _ = try await connection.pipeline([
                Self.cluster("SET-CONFIG-EPOCH", "\(index + 1)"),
                Self.cluster("ADDSLOTSRANGE", "\(first)", "\(last)"),
            ])
            if index > 0 {
                _ = try await connection.send(Self.cluster("MEET", "127.0.0.1", "\(servers[0].port)"))
            }
        }
        for connection in connections {
            while try await !Self.isReady(connection) { try Task.checkCancellation() }
            await connection.close()
        }
    }

    var configuration: RedisConfiguration {
        get throws { try RedisConfiguration(url: servers[0].url, isCluster: true) }
    }

    /// A connection to each, which follows no redirections.
    func connect(_ test: TestLoop) async throws -> [RedisConnection] {
        var connections: [RedisConnection] = []
        for server in servers { connections.append(try await test.connect(server.url)) }
        return connections
    }

    /// Which of the servers a key belongs to at first.
    func owner(of key: String) -> Int {
        let slot = HashSlot(key: utf8(key)[...]).number
        return (0..<3).first { slot < ($0 + 1) * HashSlot.count / 3 } ?? 2
    }

    static func cluster(_ words: RedisArgument...) -> RedisCommand {
        RedisCommand("CLUSTER", words, keyIndex: nil)
    }

    static func id(_ connection: RedisConnection) async throws -> String {
        String(decoding: try await connection.send(cluster("MYID")).bytes() ?? [], as: UTF8.self)
    }

    /// Whether a server knows the owner of every slot, and serves its own.
    private static func isReady(_ connection: RedisConnection) async throws -> Bool {
        let info = String(decoding: try await connection.send(cluster("INFO")).bytes() ?? [], as: UTF8.self)
        guard info.contains("cluster_state:ok") else { return false }
        var count = 0
        for range in try await connection.send(cluster("SLOTS")).elements() {
            let parts = try range.elements()
            count += try parts[1].integer() - parts[0].integer() + 1
        }
        return count == HashSlot.count
    }
}
