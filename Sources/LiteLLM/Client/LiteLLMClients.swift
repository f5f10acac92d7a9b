public import EventLoop

/// A client for each of a service's loops, so that no caller leaves its own.
public struct LiteLLMClients: Sendable {
    private let loops: EventLoopGroup
    private let clients: [LiteLLMClient]

    /// Clients without connections.
    ///
    /// - Parameters:
    ///   - configuration: Which proxy, and within which limits; the limits are each client's.
    ///   - loops: Each gets a client.
    public init(configuration: LiteLLMConfiguration, loops: EventLoopGroup) {
        self.loops = loops
        clients = loops.loops.map { LiteLLMClient(configuration: configuration, loop: $0) }
    }

    /// The client of the current loop; elsewhere, of the loop whose turn it is.
    public var own: LiteLLMClient {
        let loop = loops.next()
        return clients.first { $0.loop === loop } ?? clients[0]
    }

    /// Ends every call and closes every connection. To be called before the loops are shut down.
    public func shutdown() async {
        for client in clients { await client.shutdown() }
    }
}
