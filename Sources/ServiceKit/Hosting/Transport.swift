internal import GRPCCore
public import GRPCNIOTransportHTTP2Posix

/// The one place where a transport is chosen: nothing else in Grimoire names one.
public enum Transport {
    /// The largest message that a service accepts, in bytes: gRPC's usual 4 MiB.
    public static let maxMessageBytes = 4 * 1_024 * 1_024

    /// What servers listen with.
    typealias Server = HTTP2ServerTransport.Posix

    /// What clients of other services call with.
    public typealias Client = HTTP2ClientTransport.Posix

    /// A server's transport on the address of the configuration.
    static func server(_ configuration: ServiceConfiguration) -> Server {
        HTTP2ServerTransport.Posix(
            address: .ipv4(host: configuration.listenHost, port: configuration.listenPort),
            transportSecurity: .plaintext,
            config: .defaults { config in
                config.rpc.maxRequestPayloadSize = maxMessageBytes
                config.connection.maxGraceTime = configuration.shutdownGrace
            }
        )
    }

    /// A client's transport towards another service.
    ///
    /// - Throws: `ConfigurationError` where the address has a form that the transport does not know.
    static func client(_ address: HostPort) throws(ConfigurationError) -> Client {
        do {
            return try HTTP2ClientTransport.Posix(
                target: .dns(host: address.host, port: address.port),
                transportSecurity: .plaintext
            )
        } catch {
            throw ConfigurationError(setting: "\(address)", message: "cannot be called: \(error)")
        }
    }

    /// Where a server listens, once it does: the port taken where the configuration says 0.
    static func listeningAddress(of server: Server) async throws -> String {
        let address = try await server.listeningAddress
        return address.ipv4.map { "\($0.host):\($0.port)" } ?? "\(address)"
    }
}
