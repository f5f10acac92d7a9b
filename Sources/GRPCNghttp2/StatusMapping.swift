internal import CNghttp2
internal import GRPCCore

extension RPCError.Code {
    /// What a stream reset with this HTTP/2 error code means to the call (gRPC's PROTOCOL-HTTP2.md, "Errors").
    ///
    /// STREAM_CLOSED has no mapping there, since no stream should be open to receive it: it is unknown here. Codes that
    /// the document does not know count as INTERNAL_ERROR, as RFC 9113, 7 allows.
    init(http2ErrorCode: UInt32) {
        self =
            switch nghttp2_error_code(http2ErrorCode) {
            case NGHTTP2_STREAM_CLOSED: .unknown
            case NGHTTP2_REFUSED_STREAM: .unavailable
            case NGHTTP2_CANCEL: .cancelled
            case NGHTTP2_ENHANCE_YOUR_CALM: .resourceExhausted
            case NGHTTP2_INADEQUATE_SECURITY: .permissionDenied
            default: .internalError
            }
    }

    /// What an answer without `grpc-status` means to the call (gRPC's http-grpc-status-mapping.md).
    ///
    /// 200 is unknown like all others that are not listed: an answer that went well would have had a status.
    init(httpStatus: Int) {
        self =
            switch httpStatus {
            case 400, 431: .internalError
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
    }
}
