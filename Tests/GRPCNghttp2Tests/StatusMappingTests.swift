import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct StatusMappingTests {
    /// The table of PROTOCOL-HTTP2.md, "Errors".
    @Test func resetStreamsBecomeTheCodesOfTheProtocolDescription() {
        let expected: [RPCError.Code] = [
            .internalError,  // NO_ERROR
            .internalError,  // PROTOCOL_ERROR
            .internalError,  // INTERNAL_ERROR
            .internalError,  // FLOW_CONTROL_ERROR
            .internalError,  // SETTINGS_TIMEOUT
            .unknown,  // STREAM_CLOSED: no mapping
            .internalError,  // FRAME_SIZE_ERROR
            .unavailable,  // REFUSED_STREAM
            .cancelled,  // CANCEL
            .internalError,  // COMPRESSION_ERROR
            .internalError,  // CONNECT_ERROR
            .resourceExhausted,  // ENHANCE_YOUR_CALM
            .permissionDenied,  // INADEQUATE_SECURITY
            .internalError,  // HTTP_1_1_REQUIRED, not in the table
        ]
        #expect(expected.indices.map { RPCError.Code(http2ErrorCode: UInt32($0)) } == expected)
        #expect(RPCError.Code(http2ErrorCode: .max) == .internalError)
    }

    /// The table of http-grpc-status-mapping.md.
    @Test(arguments: [
        (400, RPCError.Code.internalError), (401, .unauthenticated), (403, .permissionDenied),
        (404, .unimplemented),
        (429, .unavailable), (431, .internalError), (502, .unavailable), (503, .unavailable),
        (504, .unavailable),
        (200, .unknown), (302, .unknown), (500, .unknown), (415, .unknown), (0, .unknown),
    ])
    func answersWithoutAStatusBecomeTheCodesOfTheMapping(httpStatus: Int, expected: RPCError.Code) {
        #expect(RPCError.Code(httpStatus: httpStatus) == expected)
    }
}
