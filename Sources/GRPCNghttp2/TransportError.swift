internal import CNghttp2
public import GRPCCore
internal import Glibc

/// Why a connection or a call of the transport failed.
///
/// `message` is one sentence that may be shown to the peer: it holds no address and no value of a caller's.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Equatable {
        /// The peer broke the rules of HTTP/2 or of gRPC over it.
        case protocolViolation
        /// The connection broke. What was sent may or may not have been done.
        case connectionLost
        /// No connection could be made. Nothing was sent.
        case connectionRefused
        /// The time allowed for a call ran out.
        case timedOut
        /// A message, a header list or a peer's haste exceeds what is allowed.
        case limitExceeded
        /// Metadata that gRPC cannot carry, or a `-bin` value that is no base64.
        case badMetadata
        /// A compressed message is damaged, or could not be made.
        case compression
        /// The peer compresses in a way that is not spoken here.
        case unsupportedEncoding
        /// The caller or the peer gave the call up.
        case cancelled
        /// The transport has been shut down. Nothing was sent.
        case shutDown
        /// A name has no address. Nothing was sent.
        case nameResolution
        /// The kernel or a library is out of something, or refused a call.
        case system
    }

    /// What kind of failure it is.
    public let code: Code
    /// One sentence.
    public let message: String
    /// nghttp2's code, an `errno` or an HTTP/2 error code, as the origin of the error has it; 0 where there is none.
    public let rawCode: Int32

    init(_ code: Code, _ message: String, rawCode: Int32 = 0) {
        self.code = code
        self.message = message
        self.rawCode = rawCode
    }

    /// Whether nothing of the call can have been done, so that it may be made again.
    public var isRetriable: Bool {
        switch code {
        case .connectionRefused, .nameResolution: true
        default: false
        }
    }

    /// The same failure as gRPC says it.
    public var rpcError: RPCError {
        RPCError(code: rpcCode, message: message, cause: self)
    }

    /// For logs.
    public var description: String {
        rawCode == 0 ? "gRPC transport: \(message)" : "gRPC transport: \(message) [\(rawCode)]"
    }

    private var rpcCode: RPCError.Code {
        switch code {
        case .protocolViolation, .badMetadata, .compression: .internalError
        case .connectionLost, .connectionRefused, .shutDown, .nameResolution: .unavailable
        case .timedOut: .deadlineExceeded
        case .limitExceeded: .resourceExhausted
        case .unsupportedEncoding: .unimplemented
        case .cancelled: .cancelled
        case .system: Self.isExhaustion(rawCode) ? .resourceExhausted : .internalError
        }
    }

    /// nghttp2 refused a call or gave a session up. `code` is one of `nghttp2_error`, `what` says what was being done.
    static func nghttp2(_ code: Int32, _ what: String) -> TransportError {
        let kind: Code =
            switch nghttp2_error(code) {
            case NGHTTP2_ERR_NOMEM: .system
            case NGHTTP2_ERR_EOF, NGHTTP2_ERR_STREAM_ID_NOT_AVAILABLE: .connectionLost
            case NGHTTP2_ERR_START_STREAM_NOT_ALLOWED, NGHTTP2_ERR_SESSION_CLOSING: .shutDown
            case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_SETTINGS: .limitExceeded
            default: .protocolViolation
            }
        return TransportError(kind, "\(what): \(String(cString: nghttp2_strerror(code)))", rawCode: code)
    }

    /// The kernel refused the system call named. A broken or refused connection gets its own code.
    static func system(_ call: String, _ errno: Int32) -> TransportError {
        let kind: Code =
            switch errno {
            case ECONNREFUSED: .connectionRefused
            case ECONNRESET, ECONNABORTED, EPIPE, ENOTCONN, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ENETDOWN:
                .connectionLost
            default: .system
            }
        return TransportError(kind, "\(call): \(String(cString: strerror(errno)))", rawCode: errno)
    }

    private static func isExhaustion(_ rawCode: Int32) -> Bool {
        [EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, NGHTTP2_ERR_NOMEM.rawValue].contains(rawCode)
    }
}
