internal import GRPCCore
internal import GRPCNIOTransportHTTP2

extension InteropServer {
    init(nio settings: ServerSettings) {
        let address: SocketAddress =
            switch settings.address {
            case .ipv4(let host, let port): .ipv4(host: host, port: port)
            case .unix(let path): .unixDomainSocket(path: path)
            }
        let transport = HTTP2ServerTransport.Posix(
            address: address,
            transportSecurity: .plaintext,
            config: .defaults { config in
                config.compression.enabledAlgorithms = [.gzip]
                config.rpc.maxRequestPayloadSize = settings.maximumRequestBytes
                config.http2.maxConcurrentStreams = settings.maximumConcurrentStreams
                config.connection.maxAge = settings.maximumConnectionAge
                config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls =
                    settings.minimumPingInterval
                config.connection.keepalive.clientBehavior.allowWithoutCalls = true
            }
        )
        self.init(transport: transport, kind: .nio) {
            let bound = try await transport.listeningAddress
            if let ipv4 = bound.ipv4 { return "ipv4:\(ipv4.host):\(ipv4.port)" }
            if let unix = bound.unixDomainSocket { return "unix:\(unix.path)" }
            throw InteropFailure("the server listens on \(bound), which is no address of the suite's")
        }
    }
}
