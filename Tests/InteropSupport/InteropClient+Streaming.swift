internal import GRPCCore
internal import SwiftProtobuf

extension InteropClient {
    func clientStreaming() async throws {
        let response = try await service.streamingInputCall { writer in
            for size in [27_182, 8, 1_828, 45_904] {
                try await writer.write(.with { $0.payload = .zeros(size) })
            }
        }
        let size = response.aggregatedPayloadSize
        try check(size == 74_922, "expected a size of 74922 in all, got \(size)")
    }

    func serverStreaming() async throws {
        let sizes = [31_415, 9, 2_653, 58_979]
        try await service.streamingOutputCall(.zeros(wanting: sizes)) { response in
            try await response.checkZeros(sizes)
        }
    }

    func pingPong() async throws {
        let sizes = [(27_182, 31_415), (8, 9), (1_828, 2_653), (45_904, 58_979)]
        let (answers, answered) = AsyncStream.makeStream(of: Void.self)
        try await service.fullDuplexCall { writer in
            var answers = answers.makeAsyncIterator()
            for (sent, wanted) in sizes {
                try await writer.write(.zeros(sent, wanting: [wanted]))
                guard await answers.next() != nil else { return }
            }
        } onResponse: { response in
            defer { answered.finish() }
            try await response.checkZeros(sizes.map(\.1)) { answered.yield() }
        }
    }

    func emptyStream() async throws {
        try await service.fullDuplexCall { _ in
        } onResponse: { response in
            try await response.checkZeros([])
        }
    }

    func halfDuplex() async throws {
        try await service.halfDuplexCall { writer in
            for size in [31_415, 9, 2_653] {
                try await writer.write(.zeros(wanting: [size, 1]))
            }
        } onResponse: { response in
            try await response.checkZeros([31_415, 1, 9, 1, 2_653, 1])
        }
    }

    func manyMessages() async throws {
        let count = 1_000
        try await service.fullDuplexCall { writer in
            for number in 0..<count {
                try await writer.write(.zeros(10, wanting: [number % 100]))
            }
        } onResponse: { response in
            try await response.checkZeros((0..<count).map { $0 % 100 })
        }
    }

    func unimplementedLarge() async throws {
        try await expectFailure(.unimplemented) {
            _ = try await unimplementedService.unimplementedCall(
                request: ClientRequest(message: Grpc_Testing_Empty()),
                serializer: LargeSerializer(size: 300_000),
                deserializer: FlagNotingDeserializer<Grpc_Testing_Empty>(),
                options: .defaults
            ) { try $0.message }
        }
        try await emptyUnary()
    }
}

/// Writes so many zeros in place of a message: a body that the server has no use for.
private struct LargeSerializer: MessageSerializer {
    let size: Int

    func serialize<Bytes: GRPCContiguousBytes>(_ message: Grpc_Testing_Empty) throws -> Bytes {
        Bytes(repeating: 0, count: size)
    }
}

extension StreamingClientResponse<Grpc_Testing_StreamingOutputCallResponse> {
    /// Reads the whole response, which must be zeros of these sizes in this order.
    func checkZeros(_ sizes: [Int], afterEach: () -> Void = {}) async throws {
        var count = 0
        for try await message in messages {
            try check(count < sizes.count, "expected \(sizes.count) messages, got more")
            try check(
                message.payload.isZeros(sizes[count]),
                "message \(count): expected \(sizes[count]) zeros, got \(message.payload.body.count) bytes"
            )
            count += 1
            afterEach()
        }
        try check(count == sizes.count, "expected \(sizes.count) messages, got \(count)")
    }
}
