public import GRPCCore

/// What ``Nghttp2ServerTransport`` adds to the context of a call whose caller waits for a limited time only.
///
/// `ServerContext.transportSpecific` holds one. The transport cancels the call by itself; a handler needs this to tell
/// others, a database for instance, how long they may take.
public struct CallDeadline: ServerContext.TransportSpecific {
    /// When the caller's time is over.
    public let instant: ContinuousClock.Instant
}
