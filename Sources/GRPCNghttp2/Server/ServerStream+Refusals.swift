internal import CNghttp2
internal import GRPCCore

extension ServerStream {
    /// Answers a request whose head is not one of a call.
    func refuse(_ refusal: RequestHead.Refusal) {
        if receiveError == nil { receiveError = TransportError(.cancelled, "The request has been refused.") }
        defer { inboundChanged() }
        guard !connection.isClosed, sending == .unsubmitted else { return }
        var headers = HeaderList()
        headers.append(":status", String(refusal.httpStatus))
        headers.append("content-type", "application/grpc")
        if refusal.listsEncodings { headers.append("grpc-accept-encoding", "identity,gzip") }
        if refusal.allowsOnlyPost { headers.append("allow", "POST") }
        // A transcoder before the service derives a status of its own from grpc-status: this one says which it was (Envoy's rest.lua).
        if refusal.code == .resourceExhausted { headers.append("x-http-status", String(refusal.httpStatus)) }
        headers.append("grpc-status", ServerStream.statusText(refusal.code))
        headers.append("grpc-message", StatusMessage.encode(refusal.message))
        isSendFinished = true
        do throws(TransportError) {
            try connection.session.submitOnlyHeaders(self, headers)
        } catch {
            reset(errorCode: NGHTTP2_INTERNAL_ERROR.rawValue)
        }
        connection.setNeedsFlush()
    }
}

extension Status {
    init(_ error: RPCError) {
        self.init(code: Code(error.code), message: error.message)
    }
}
