internal import GRPCCore
internal import GRPCNIOTransportHTTP2

extension ClientTransport where Self == HTTP2ClientTransport.Posix {
    /// grpc-swift-nio-transport's client.
    static func nio(target: ServerTarget, settings: ClientSettings) throws -> Self {
        let resolvable: any ResolvableTarget =
            switch target {
            case .ipv4(let address, let port): .ipv4(address: address, port: port)
            case .unix(let path): .unixDomainSocket(path: path)
            case .dns(let name, let port): .dns(host: name, port: port)
            }
        return try HTTP2ClientTransport.Posix(
            target: resolvable,
            transportSecurity: .plaintext,
            config: .defaults { config in
                config.compression.enabledAlgorithms = [.gzip]
                config.backoff.initial = .milliseconds(50)
            },
            serviceConfig: settings.serviceConfig
        )
    }
}
