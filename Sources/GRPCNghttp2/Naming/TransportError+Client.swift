/// Errors of naming, resolution and configuration, each made in one place.
extension TransportError {
    /// A target or address that says nothing which could be connected to. It is found where a client is made, so that
    /// the message may quote what was given.
    static func invalidAddress(_ message: String) -> TransportError {
        TransportError(.nameResolution, message)
    }

    /// A service configuration that contradicts itself or gRPC's rules.
    static func invalidServiceConfig(_ message: String) -> TransportError { TransportError(.system, message) }
}
