internal import GRPCCore
internal import SwiftProtobuf

extension InteropClient {
    /// A call with little in it, which waits for a connection or fails at once without one.
    public func smallCall(waitForReady: Bool) async throws {
        var options = CallOptions.defaults
        options.waitForReady = waitForReady
        options.timeout = .seconds(20)
        let response = try await service.unaryCall(.with { $0.responseSize = 100 }, options: options)
        try check(
            response.payload.isZeros(100),
            "expected 100 zeros, got \(response.payload.body.count) bytes"
        )
    }

    /// A call that must fail at once, as there is no server.
    public func expectUnavailable() async throws {
        try await expectFailure(.unavailable) { try await smallCall(waitForReady: false) }
    }

    /// A duplex call with one message there and back, `body`, and another message there and back.
    public func duplexCall(around body: @escaping @Sendable () async throws -> Void) async throws {
        let (answers, answered) = AsyncStream.makeStream(of: Void.self)
        try await service.fullDuplexCall { writer in
            var answers = answers.makeAsyncIterator()
            try await writer.write(.zeros(10, wanting: [20_000]))
            await answers.next()
            try await body()
            try await writer.write(.zeros(10, wanting: [30_000]))
        } onResponse: { response in
            try await response.checkZeros([20_000, 30_000]) { answered.yield() }
        }
    }

    /// A call that the server refuses with UNAVAILABLE until it has been tried so often before.
    public func callRefused(times: Int) async throws {
        _ = try await service.unaryCall(
            Grpc_Testing_SimpleRequest(),
            metadata: [
                "x-interop-refuse": .string(String(times)),
                // GRPCCore 2.4 retries without saying so in grpc-previous-rpc-attempts.
                "x-interop-call": .string("\(UInt64.random(in: 0 ... .max))"),
            ]
        )
    }

    /// A call that must not be tried often enough to get past the server's refusals.
    public func expectRefusal(times: Int) async throws {
        try await expectFailure(.unavailable) { try await callRefused(times: times) }
    }

    /// A call that lasts for ever if nobody sets it a deadline, and must end at one.
    public func expectDeadline() async throws {
        try await expectFailure(.deadlineExceeded) {
            try await service.streamingOutputCall(sleeping) { response in
                for try await _ in response.messages {}
            }
        }
    }
}
