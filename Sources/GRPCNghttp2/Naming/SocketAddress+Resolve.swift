public import EventLoop

extension SocketAddress {
    /// The first address of a host by name or in numbers: where a server that was given a name listens.
    ///
    /// - Parameters:
    ///   - host: A name, an IPv4 address or an IPv6 address without brackets.
    ///   - port: From 0 to 65535.
    ///   - offload: Where the look-up blocks a thread, as long as the system's resolver allows.
    /// - Throws: `TransportError` that says what could not be resolved, and why.
    public static func resolve(
        host: String,
        port: UInt16,
        offload: OffloadExecutor
    ) async throws(TransportError) -> SocketAddress {
        let addresses = try await NameResolver.resolve(try Target.dns(host: host, port: port), on: offload)
        return addresses[0]
    }
}
