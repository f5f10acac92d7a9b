internal import GRPCCore

/// Limits and times of a server, in terms that every transport has.
public struct ServerSettings: Sendable {
    /// Where to listen: a host and port (0: any), or the path of a Unix socket.
    public enum Address: Sendable, Equatable {
        case ipv4(host: String, port: Int)
        case unix(path: String)
    }

    /// Where to listen.
    public var address = Address.ipv4(host: "127.0.0.1", port: 0)
    /// The largest request message.
    public var maximumRequestBytes = 4 << 20
    /// How many streams a connection may have at once.
    public var maximumConcurrentStreams = 1_000
    /// How long a connection may live before it is told to go; nil: for ever.
    public var maximumConnectionAge: Duration?
    /// The shortest interval of keepalive pings that a client may send without being sent away.
    public var minimumPingInterval = Duration.seconds(300)

    /// The defaults that gRPC has in every language.
    public init() {}
}

/// A server over any transport.
public struct InteropServer: Sendable {
    /// Serves until it is shut down or its task is cancelled.
    public let run: @Sendable () async throws -> Void
    /// Where it listens, as a target for clients; waits until it does.
    public let target: @Sendable () async throws -> String
    /// Takes no new calls, and ends when those under way have.
    public let beginGracefulShutdown: @Sendable () -> Void

    /// Makes a server of its parts.
    public init(
        run: @escaping @Sendable () async throws -> Void,
        target: @escaping @Sendable () async throws -> String,
        beginGracefulShutdown: @escaping @Sendable () -> Void
    ) {
        self.run = run
        self.target = target
        self.beginGracefulShutdown = beginGracefulShutdown
    }

    init<Transport: ServerTransport>(
        transport: Transport,
        kind: TransportKind,
        around run: @escaping @Sendable (_ serve: () async throws -> Void) async throws -> Void = {
            try await $0()
        },
        target: @escaping @Sendable () async throws -> String
    ) {
        let service = InteropService(choosesCompression: kind.choosesCompression)
        let server = GRPCServer(transport: transport, services: [service])
        self.run = { try await run { try await server.serve() } }
        self.target = target
        beginGracefulShutdown = { server.beginGracefulShutdown() }
    }

    /// Makes a server of gRPC's test service.
    ///
    /// - Throws: where the settings name no address, or there is no descriptor left.
    public init(over kind: TransportKind, settings: ServerSettings = ServerSettings()) throws {
        switch kind {
        case .nio: self.init(nio: settings)
        case .nghttp2: try self.init(nghttp2: settings)
        }
    }

    /// Serves while `body` runs, and ends in order.
    public func withRunning<Result: Sendable>(
        _ body: @escaping @Sendable (_ target: String) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await run()
                return nil
            }
            group.addTask {
                let result = try await body(try await target())
                beginGracefulShutdown()
                return result
            }
            var result: Result?
            while let next = try await group.next() { result = result ?? next }
            guard let result else { throw InteropFailure("the server has ended by itself") }
            return result
        }
    }
}
