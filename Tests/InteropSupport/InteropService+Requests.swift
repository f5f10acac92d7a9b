internal import GRPCCore

extension InteropService {
    func echoedAtStart(_ metadata: Metadata) -> Metadata {
        metadata.values(forKey: "x-grpc-test-echo-initial")
    }

    func echoedAtEnd(_ metadata: Metadata) -> Metadata {
        metadata.values(forKey: "x-grpc-test-echo-trailing-bin")
    }

    /// Asks the transport for compressed or uncompressed messages, under the key that gRPC C++ and Java use for it.
    func requestCompression(_ compressed: Bool, in metadata: inout Metadata) {
        guard choosesCompression else { return }
        metadata.addString(compressed ? "gzip" : "identity", forKey: "grpc-internal-encoding-request")
    }
}

extension InteropService {
    /// Fails the call named by `x-interop-call` until it has been tried as often as `x-interop-refuse` says.
    func refuse(_ metadata: Metadata) throws {
        func value(_ key: String) -> String? { metadata[stringValues: key].first { _ in true } }
        guard let times = value("x-interop-refuse").flatMap({ Int($0) }), let call = value("x-interop-call")
        else { return }
        let before = calls.noteAttempt(of: call)
        if before < times {
            throw RPCError(code: .unavailable, message: "refused after \(before) attempts")
        }
    }
}

extension Metadata {
    fileprivate func values(forKey key: String) -> Metadata {
        Metadata(self.filter { $0.key == key })
    }
}

extension ReceivedMessage {
    /// Fails the call where the message did not come as the client says it sent it.
    ///
    /// A transport that doesn't show the flag shows the call's encoding: without one, no message can be compressed.
    func checkIsCompressed(_ expected: Bool, metadata: Metadata) throws {
        let isCompressed =
            isCompressed ?? metadata[stringValues: "grpc-encoding"].contains { $0 != "identity" }
        guard isCompressed == expected else {
            throw RPCError(
                code: .invalidArgument,
                message:
                    "expect_compressed is \(expected), the message came \(isCompressed ? "" : "un")compressed"
            )
        }
    }
}

extension Grpc_Testing_EchoStatus {
    /// Ends the call with this status, unless it is OK.
    func check(metadata: Metadata) throws {
        guard let code = Status.Code(rawValue: Int(code)) else {
            throw RPCError(code: .invalidArgument, message: "\(self.code) is no status code")
        }
        if let error = RPCError(status: Status(code: code, message: message), metadata: metadata) {
            throw error
        }
    }
}

extension Grpc_Testing_Payload {
    /// The payload that a request asks for.
    static func answer(_ type: Grpc_Testing_PayloadType, size: Int32) throws -> Self {
        guard type == .compressable else {
            throw RPCError(code: .invalidArgument, message: "payload type \(type.rawValue) is not supported")
        }
        guard (0...maximumSize).contains(size) else {
            throw RPCError(
                code: .invalidArgument,
                message: "a payload has 0 to \(maximumSize) bytes, not \(size)"
            )
        }
        return .zeros(Int(size))
    }

    /// Well above every message limit in the tests, and bearable.
    private static var maximumSize: Int32 { 64 << 20 }
}

extension ServerContext {
    /// Waits, and throws as soon as the call is cancelled.
    ///
    /// GRPCCore cancels a call whose deadline has passed; what the handler then answers may be faster than the client's
    /// own clock.
    func pause(for duration: Duration, metadata: Metadata) async throws {
        let hasDeadline = metadata["grpc-timeout"].contains { _ in true }
        try await withThrowingTaskGroup { group in
            group.addTask { try await Task.sleep(for: duration) }
            group.addTask {
                try await cancellation.cancelled
                throw RPCError(
                    code: hasDeadline ? .deadlineExceeded : .cancelled,
                    message: "cancelled while waiting"
                )
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
