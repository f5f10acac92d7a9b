internal import EventLoop
internal import GRPCCore
internal import GRPCNghttp2

extension InteropServer {
    init(nghttp2 settings: ServerSettings) throws {
        let address: SocketAddress =
            switch settings.address {
            case .ipv4(let host, let port): try SocketAddress(host: host, port: UInt16(port))
            case .unix(let path): try SocketAddress(unixPath: path)
            }
        var configuration = ServerConfiguration()
        configuration.http2.maxMessageBytes = settings.maximumRequestBytes
        configuration.http2.maxConcurrentStreams = settings.maximumConcurrentStreams
        configuration.maxConnectionAge = settings.maximumConnectionAge
        configuration.pingPolicy.permitsWithoutCalls = true
        configuration.pingPolicy.minInterval = settings.minimumPingInterval
        configuration.pingPolicy.minIntervalWithoutCalls = settings.minimumPingInterval

        let loops = try EventLoopGroup(count: 2)
        let offload = OffloadExecutor(width: 1)
        let transport = Nghttp2ServerTransport(
            address: address,
            loops: loops,
            offload: offload,
            configuration: configuration
        )
        self.init(
            transport: transport,
            kind: .nghttp2,
            around: { serve in try await loops.running(offload, serve) },
            target: { try await transport.listeningAddress.description }
        )
    }
}
