import EventLoop
import GRPCCore
import Synchronization
import Testing

@testable import GRPCNghttp2

/// A server of ours between a client that attacks it and one that behaves, for the time of a test.
enum HostileClient {
    /// Runs `attack` on a thread of its own, and calls the same server all the while.
    ///
    /// Fails where one of those calls does, or where anything of the attack is left at the server afterwards.
    static func attack<Result: Sendable>(
        _ configuration: ServerConfiguration = ServerConfiguration(),
        at address: SocketAddress? = nil,
        _ attack: @escaping @Sendable (SocketAddress) throws -> Result
    ) async throws -> Result {
        try await Harness.run(address: address, server: configuration) { harness in
            let isOver = Flag()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    repeat {
                        try await #expect(harness.unary(EchoService.echo, [1, 2, 3]).message == [1, 2, 3])
                    } while !isOver.isSet
                }
                defer { isOver.set() }
                let result = try await onOwnThread { try attack(harness.address) }
                isOver.set()
                try await group.waitForAll()
                try await harness.expectNothingLeft()
                return result
            }
        }
    }

    /// The same with one connection whose greeting has been said.
    static func attackGreeted<Result: Sendable>(
        _ configuration: ServerConfiguration = ServerConfiguration(),
        _ attack: @escaping @Sendable (RawPeer) throws -> Result
    ) async throws -> Result {
        try await Self.attack(configuration) { address in
            let peer = try RawPeer(connectingTo: address)
            defer { peer.close() }
            try peer.greet()
            return try attack(peer)
        }
    }
}

extension Harness {
    /// At the server, the well-behaved client's connection is left, and no handler.
    func expectNothingLeft() async throws {
        let expected = Nghttp2ServerTransport.Census(connections: 1, calls: 0)
        for _ in 0..<5_000 {
            if await serverTransport.census == expected { break }
            try await clientLoops.loops[0].sleep(for: .milliseconds(1))
        }
        #expect(await serverTransport.census == expected)
    }
}

/// Something that has happened, or not yet.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set() { value.store(true, ordering: .releasing) }
}

/// Runs what blocks on a thread that is there for it alone.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    let executor = OffloadExecutor(width: 1, name: "raw-peer")
    do {
        let result = try await executor.run(body)
        await executor.shutdown()
        return result
    } catch {
        await executor.shutdown()
        throw error
    }
}
