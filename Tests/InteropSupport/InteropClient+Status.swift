internal import GRPCCore
internal import SwiftProtobuf

extension InteropClient {
    func statusCodeAndMessage() async throws {
        try await checkEcho(of: .unknown, message: "test status message")
    }

    func specialStatusMessage() async throws {
        let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        let error = try await expectFailure(.unknown) {
            _ = try await service.unaryCall(.status(code: 2, message: message))
        }
        try check(
            error.message == message,
            "expected \(message.debugDescription), got \(error.message.debugDescription)"
        )
    }

    func everyStatusCode() async throws {
        let codes: [RPCError.Code] = [
            .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists,
            .permissionDenied,
            .resourceExhausted, .failedPrecondition, .aborted, .outOfRange, .unimplemented, .internalError,
            .unavailable,
            .dataLoss, .unauthenticated,
        ]
        for code in codes {
            try await checkEcho(of: code, message: "100% \(code)")
        }
    }

    /// The status comes back from a unary call, from a duplex one, and from one that has sent messages before.
    private func checkEcho(of code: RPCError.Code, message: String) async throws {
        let request = Grpc_Testing_SimpleRequest.status(code: code.rawValue, message: message)
        let unary = try await expectFailure(code) { _ = try await service.unaryCall(request) }
        try check(unary.message == message, "unary: expected \(message), got \(unary.message)")
        for answers in [[], [1_000, 2_000]] {
            let duplex = try await expectFailure(code) {
                try await service.fullDuplexCall { writer in
                    if !answers.isEmpty { try await writer.write(.zeros(wanting: answers)) }
                    try await writer.write(
                        .with {
                            $0.responseStatus = Grpc_Testing_EchoStatus(code: code.rawValue, message: message)
                        }
                    )
                } onResponse: { response in
                    try await response.checkZeros(answers)
                }
            }
            try check(duplex.message == message, "duplex: expected \(message), got \(duplex.message)")
        }
    }

    func earlyStatus() async throws {
        // The client goes on sending: it must hear the status, not that its writes failed.
        let error = try await expectFailure(.failedPrecondition) {
            try await service.fullDuplexCall { writer in
                try await writer.write(
                    .with { $0.responseStatus = Grpc_Testing_EchoStatus(code: 9, message: "enough") }
                )
                for _ in 0..<1_000 { try await writer.write(.zeros(10_000, wanting: [])) }
            } onResponse: { response in
                try await response.checkZeros([])
            }
        }
        try check(error.message == "enough", "expected the server's message, got \(error.message)")
        try await emptyUnary()
    }
}
