internal import GRPCCore

extension InteropClient {
    func emptyUnary() async throws {
        let response = try await service.emptyCall(Grpc_Testing_Empty())
        try check(response == Grpc_Testing_Empty(), "expected an empty message, got \(response)")
    }

    func largeUnary() async throws {
        try await service.unaryCall(.large).checkIsLarge()
    }

    func concurrentLargeUnary() async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask { try await largeUnary() }
            }
            try await group.waitForAll()
        }
    }

    func unimplementedMethod() async throws {
        try await expectFailure(.unimplemented) {
            _ = try await service.unimplementedCall(Grpc_Testing_Empty())
        }
    }

    func unimplementedServiceCase() async throws {
        try await expectFailure(.unimplemented) {
            _ = try await unimplementedService.unimplementedCall(Grpc_Testing_Empty())
        }
    }
}
