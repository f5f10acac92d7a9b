import EventLoop
import GRPCCore
import Glibc
import Testing

@testable import GRPCNghttp2

/// A client of ours and a server that does to each of its connections whatever a test says.
struct HostileServer: Sendable {
    let client: GRPCClient<Nghttp2ClientTransport>
    let transport: Nghttp2ClientTransport
    let loops: EventLoopGroup

    /// Runs `body` with a client of a server that follows `script` on each connection, told the how-manieth it is.
    ///
    /// The script runs on a thread of its own; what it throws is the end of its connection. Fails where anything of the
    /// calls is left at the client afterwards.
    static func run(
        _ change: (inout ClientConfiguration) -> Void = { _ in },
        script: @escaping @Sendable (RawPeer, _ number: Int) throws -> Void,
        _ body: (HostileServer) async throws -> Void
    ) async throws {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        let offload = OffloadExecutor(width: 1)
        let (listener, address) = try listen()
        var configuration = ClientConfiguration()
        configuration.backoff.initial = .milliseconds(1)
        configuration.backoff.maximum = .milliseconds(10)
        change(&configuration)
        let transport = try Nghttp2ClientTransport(
            target: Target(address.description),
            loops: loops,
            offload: offload,
            configuration: configuration
        )
        let client = GRPCClient(transport: transport)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.runConnections() }
            group.addTask { try await serve(listener, script) }
            defer {
                // Ends accept(2) in the other thread.
                Glibc.shutdown(listener, Int32(SHUT_RDWR))
            }
            do {
                try await body(HostileServer(client: client, transport: transport, loops: loops))
                // A call may be over before the reset of its stream has gone out.
                for _ in 0..<5_000 {
                    if await transport.census.calls == 0 { break }
                    try await loops.loops[0].sleep(for: .milliseconds(1))
                }
                #expect(await transport.census.calls == 0)
                #expect(await transport.census.waiting == 0)
            } catch {
                Issue.record(error)
            }
            client.beginGracefulShutdown()
            Glibc.shutdown(listener, Int32(SHUT_RDWR))
            try await group.waitForAll()
        }
        Glibc.close(listener)
        await loops.shutdown()
        await offload.shutdown()
    }

    private static func serve(
        _ listener: Int32,
        _ script: @escaping @Sendable (RawPeer, Int) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var number = 0
            while true {
                let descriptor = try await onOwnThread { accept(listener, nil, nil) }
                guard descriptor >= 0 else { break }
                let peer = RawPeer(owning: descriptor)
                group.addTask { [number] in
                    try await onOwnThread {
                        try? script(peer, number)
                        peer.close()
                    }
                }
                number += 1
            }
            try await group.waitForAll()
        }
    }

    private static func listen() throws -> (Int32, SocketAddress) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let any = try SocketAddress(host: "127.0.0.1", port: 0)
        try #require(any.withSockaddr { bind(descriptor, $0, $1) } == 0)
        try #require(Glibc.listen(descriptor, 16) == 0)
        return (descriptor, try #require(SocketAddress(localOf: descriptor)))
    }

    /// A unary call; its answer or its error.
    func call(
        _ message: [UInt8] = [1, 2, 3],
        options: CallOptions = .with { $0.timeout = .seconds(60) }
    ) async -> Result<[UInt8], RPCError> {
        do {
            let answer = try await client.unary(
                request: ClientRequest(message: message),
                descriptor: EchoService.echo,
                serializer: Plain(),
                deserializer: Plain(),
                options: options
            ) { try $0.message }
            return .success(answer)
        } catch let error as RPCError {
            return .failure(error)
        } catch {
            return .failure(RPCError(code: .unknown, message: "\(error)"))
        }
    }
}

extension RawPeer {
    /// A server's first words, and the client's.
    func welcome(_ settings: [(UInt16, UInt32)] = []) throws {
        try readPreface()
        try send(.settings(settings))
    }

    /// The number of the next stream whose request is complete; nil at the connection's end.
    func readRequest() throws -> UInt32? {
        try readFrames { $0.flags & RawFrame.Flag.endStream != 0 && $0.kind <= RawFrame.Kind.headers }.last?
            .stream
    }

    /// A whole answer of gRPC's.
    func answer(_ stream: UInt32, _ message: [UInt8]) throws {
        try send(
            .headers(stream, [(":status", "200"), ("content-type", "application/grpc")]),
            .data(stream, RawFrame.message(message)),
            .headers(stream, [("grpc-status", "0")], end: true)
        )
    }

    /// Answers whatever comes until the connection ends.
    func answerAll(_ message: [UInt8] = [42]) throws {
        while let stream = try readRequest() { try answer(stream, message) }
    }
}
