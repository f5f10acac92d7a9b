internal import GRPCCore
internal import SwiftProtobuf

extension InteropClient {
    /// The server's limit for a request, by default of gRPC in every language.
    private var requestLimit: Int { 4 << 20 }

    func requestTooLarge() async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { try await largeUnary() }
            }
            group.addTask {
                try await expectFailure(.resourceExhausted) {
                    _ = try await service.unaryCall(.with { $0.payload = .zeros(requestLimit + 1) })
                }
            }
            try await group.waitForAll()
        }
        // Just below the limit, with some room for the message's own fields.
        _ = try await service.unaryCall(.with { $0.payload = .zeros(requestLimit - 64) })
    }

    func responseTooLarge() async throws {
        var options = CallOptions.defaults
        options.maxResponseMessageBytes = 1_000
        try await expectFailure(.resourceExhausted) { [options] in
            _ = try await service.unaryCall(.with { $0.responseSize = 2_000 }, options: options)
        }
        _ = try await service.unaryCall(.with { $0.responseSize = 900 }, options: options)
    }
}
