import Foundation
import Synchronization
import Testing

@testable import WebSocketServing

/// What RFC 6455 asks for is tested with a client that nobody here wrote (Tests/Conformance); here, several threads at once.
@Suite("The server")
struct ServerTests {
    /// Does something that blocks, on a thread of its own: others wait for those of the pool.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
        }
    }

    /// A server that says everything twice, and how many connections it has served to their end.
    private func withServer(
        connections: Int = 100,
        _ body: @escaping @Sendable (WebSocketServer<Int>) async throws -> Void
    ) async throws -> Int {
        let served = Count()
        var configuration = WebSocketServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.maxConnections = connections
        configuration.threads = 2
        // However busy the machine is.
        configuration.handshakeTimeout = .seconds(60)
        let server = try await WebSocketServer<Int>(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await server.run(executor: { nil }) { request in
                    request.path == "/no"
                        ? .refuse(UpgradeRefusal(status: 403, body: "{}")) : .accept(subprotocol: nil, 7)
                } handle: { connection in
                    for await text in connection.messages {
                        try? await connection.send("\(text) \(text)")
                        if text == "enough" { break }
                    }
                    served.add()
                    return CloseReason(.normal)
                }
            }
            group.addTask {
                defer { server.stop() }
                try await body(server)
            }
            try await group.waitForAll()
        }
        #expect(server.connectionCount == 0)
        return served.value
    }

    @Test("Where it listens can be told from its port, of IPv6 too")
    func address() {
        #expect(WebSocketServer<Int>.address("127.0.0.1", 7106) == "127.0.0.1:7106")
        #expect(WebSocketServer<Int>.address("::1", 7106) == "[::1]:7106")
    }

    @Test("Many clients at once each get their own answers, in order")
    func manyClients() async throws {
        let served = try await withServer { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let answers = try await Self.blocking {
                            let client = try SocketClient(port: server.port)
                            guard client.status() == 101 else { return [String]() }
                            for turn in 0..<20 { client.send("\(number).\(turn)") }
                            let answers = (0..<20).compactMap { _ in client.frame()?.text }
                            client.send("", opcode: 8)
                            // The goodbye is answered.
                            return answers + ["\(client.frame()?.opcode ?? 0)"]
                        }
                        #expect(answers == (0..<20).map { "\(number).\($0) \(number).\($0)" } + ["8"])
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(served == 12)
    }

    @Test("Clients that hang up at any time leave nothing behind")
    func hangingUp() async throws {
        _ = try await withServer { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        try await Self.blocking {
                            let client = try SocketClient(port: server.port)
                            if number % 3 > 0 { _ = client.status() }
                            client.send("hello")
                            if number % 3 > 1 { _ = client.frame() }
                            client.hangUp()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A server that stops closes those who listen (1001), and takes no more")
    func stopping() async throws {
        let served = try await withServer { server in
            let clients = try await Self.blocking {
                try (0..<8).map { _ in
                    let client = try SocketClient(port: server.port)
                    _ = client.status()
                    client.send("hello")
                    _ = client.frame()
                    return client
                }
            }
            server.stop()
            let codes = try await Self.blocking {
                clients.map { client in
                    let code = client.frame()?.code
                    client.send("", opcode: 8)
                    return code
                }
            }
            #expect(codes == Array(repeating: 1_001, count: 8))
        }
        #expect(served == 8)
    }

    @Test("Who may not come is refused, and so is who is one too many")
    func refusing() async throws {
        _ = try await withServer(connections: 1) { server in
            let statuses = try await Self.blocking {
                let refused = try SocketClient(port: server.port, path: "/no").status()
                var first = try SocketClient(port: server.port)
                // Until the one that was refused has gone, there is no room either.
                while first.status() == 503 { first = try SocketClient(port: server.port) }
                let second = try SocketClient(port: server.port).status()
                first.send("enough")
                return [refused, second, first.frame()?.opcode == 1 ? first.frame()?.code : nil]
            }
            #expect(statuses == [403, 503, 1_000])
        }
    }
}

/// A number that several tasks add to.
private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func add() { number.withLock { $0 += 1 } }
}
