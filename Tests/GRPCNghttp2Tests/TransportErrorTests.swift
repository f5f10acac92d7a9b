import CNghttp2
import GRPCCore
import Glibc
import Testing

@testable import GRPCNghttp2

@Suite struct TransportErrorTests {
    @Test(arguments: [
        (TransportError.Code.protocolViolation, RPCError.Code.internalError), (.connectionLost, .unavailable),
        (.connectionRefused, .unavailable), (.timedOut, .deadlineExceeded),
        (.limitExceeded, .resourceExhausted),
        (.badMetadata, .internalError), (.compression, .internalError),
        (.unsupportedEncoding, .unimplemented),
        (.cancelled, .cancelled), (.shutDown, .unavailable), (.nameResolution, .unavailable),
        (.system, .internalError),
    ])
    func everyFailureHasItsGRPCCode(code: TransportError.Code, expected: RPCError.Code) {
        let error = TransportError(code, "It failed").rpcError
        #expect(error.code == expected)
        #expect(error.message == "It failed")
        #expect(error.cause as? TransportError == TransportError(code, "It failed"))
    }

    @Test func nghttp2SaysWhatFailed() {
        let error = TransportError.nghttp2(NGHTTP2_ERR_PROTO.rawValue, "Reading frames")
        #expect(error.code == .protocolViolation)
        #expect(error.rawCode == NGHTTP2_ERR_PROTO.rawValue)
        #expect(error.message == "Reading frames: Protocol error")
        #expect(TransportError.nghttp2(NGHTTP2_ERR_NOMEM.rawValue, "x").rpcError.code == .resourceExhausted)
        #expect(TransportError.nghttp2(NGHTTP2_ERR_FLOODED.rawValue, "x").code == .limitExceeded)
        #expect(TransportError.nghttp2(NGHTTP2_ERR_START_STREAM_NOT_ALLOWED.rawValue, "x").code == .shutDown)
    }

    @Test func theKernelSaysWhatFailed() {
        let lost = TransportError.system("read", ECONNRESET)
        #expect(lost.code == .connectionLost && lost.rawCode == ECONNRESET)
        #expect(lost.message == "read: Connection reset by peer")
        #expect(lost.rpcError.code == .unavailable)
        #expect(TransportError.system("connect", ECONNREFUSED).code == .connectionRefused)
        #expect(TransportError.system("accept4", EMFILE).rpcError.code == .resourceExhausted)
        #expect(TransportError.system("bind", EACCES).rpcError.code == .internalError)
    }

    @Test func onlyWhatWasNeverSentIsRetriable() {
        #expect(TransportError(.connectionRefused, "x").isRetriable)
        #expect(TransportError(.nameResolution, "x").isRetriable)
        #expect(!TransportError(.connectionLost, "x").isRetriable)
        #expect(!TransportError(.shutDown, "x").isRetriable)
    }
}
