public import GRPCCore

/// How single messages are compressed on a call that has agreed on an encoding.
///
/// GRPCCore has no such choice of its own. A client agrees on gzip by `CallOptions.compression`; a server's handler by
/// putting ``requestKey`` with the value `gzip` into its initial metadata, which has its effect where the client accepts
/// gzip and is never sent. From then on every message is compressed, except those written with ``current`` set:
///
/// ```swift
/// try await MessageCompression.$current.withValue(CompressionAlgorithm.none) { try await writer.write(secret) }
/// ```
///
/// With a retry or hedging policy GRPCCore writes a client's messages from another task, where the value is not seen.
public enum MessageCompression {
    /// How the message being written is compressed; nil for the call's default. `gzip` has no effect on a call that has
    /// not agreed on it.
    @TaskLocal public static var current: CompressionAlgorithm?

    /// The key of initial metadata by which a handler, or a client's caller, asks for an encoding: `gzip` or `identity`.
    public static let requestKey = "grpc-internal-encoding-request"
}
