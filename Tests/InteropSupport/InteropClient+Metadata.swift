internal import GRPCCore

private let initialKey = "x-grpc-test-echo-initial"
private let trailingKey = "x-grpc-test-echo-trailing-bin"

extension InteropClient {
    func customMetadata() async throws {
        try await checkEcho(initial: ["test_initial_metadata_value"], trailing: [[0xab, 0xab, 0xab]])
    }

    func duplicateMetadata() async throws {
        // Visible ASCII with the characters that lists and encodings stumble over, inner spaces included.
        try await checkEcho(
            initial: ["first", "second, with a comma", "first", "a%20b=\"c\";d"],
            trailing: [Array(0...255), [0], [], Array(repeating: 0xff, count: 100), [0]]
        )
    }

    func largeMetadata() async throws {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        let value = String((0..<3_000).map { letters[$0 * 7 % letters.count] })
        try await checkEcho(
            initial: [value],
            trailing: [(0..<3_000).map { UInt8(truncatingIfNeeded: $0 * 31) }]
        )
    }

    /// Sends metadata with a unary and a duplex call, and wants it back at the start and at the end of each.
    private func checkEcho(initial: [String], trailing: [[UInt8]]) async throws {
        var metadata = Metadata()
        for value in initial { metadata.addString(value, forKey: initialKey) }
        for value in trailing { metadata.addBinary(value, forKey: trailingKey) }

        try await service.unaryCall(.large, metadata: metadata) { response in
            try response.message.checkIsLarge()
            try check(initial: initial, in: response.metadata)
            try check(trailing: trailing, in: response.trailingMetadata)
        }
        try await service.fullDuplexCall(metadata: metadata) { writer in
            try await writer.write(.zeros(271_828, wanting: [314_159]))
        } onResponse: { response in
            try check(initial: initial, in: response.metadata)
            var sizes: [Int] = []
            var atEnd: Metadata?
            for try await part in response.bodyParts {
                switch part {
                case .message(let message): sizes.append(message.payload.body.count)
                case .trailingMetadata(let metadata): atEnd = metadata
                }
            }
            try InteropSupport.check(sizes == [314_159], "expected one message of 314159 bytes, got \(sizes)")
            guard let atEnd else { throw InteropFailure("expected trailing metadata, got none") }
            try check(trailing: trailing, in: atEnd)
        }
    }

    private func check(initial: [String], in metadata: Metadata) throws {
        let seen = Array(metadata[stringValues: initialKey])
        try InteropSupport.check(seen == initial, "expected initial metadata \(initial), got \(seen)")
    }

    private func check(trailing: [[UInt8]], in metadata: Metadata) throws {
        let seen = Array(metadata[binaryValues: trailingKey])
        try InteropSupport.check(seen == trailing, "expected trailing metadata \(trailing), got \(seen)")
    }

    func metadataOfFailure() async throws {
        let metadata: Metadata = [trailingKey: .binary([1, 2, 3])]
        let error = try await expectFailure(.aborted) {
            _ = try await service.unaryCall(.status(code: 10, message: "with metadata"), metadata: metadata)
        }
        try check(trailing: [[1, 2, 3]], in: error.metadata)
    }
}
