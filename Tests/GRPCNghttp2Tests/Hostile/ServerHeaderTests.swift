import CNghttp2
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Clients with headers that are too many, too long, or longer than they look.
@Suite struct ServerHeaderTests {
    /// One block in as many frames as it takes.
    private static func frames(_ stream: UInt32, _ block: [UInt8]) -> [RawFrame] {
        let parts = stride(from: 0, to: block.count, by: 16_000).map {
            Array(block[$0..<min($0 + 16_000, block.count)])
        }
        return parts.indices.map { index in
            RawFrame(
                kind: index == 0 ? RawFrame.Kind.headers : RawFrame.Kind.continuation,
                flags: index == parts.count - 1 ? RawFrame.Flag.endHeaders : 0,
                stream: stream,
                payload: parts[index]
            )
        }
    }

    /// The status of stream 1, then that of a call after it on the same connection.
    private static func statuses(_ block: [UInt8], _ peer: RawPeer) throws -> [String?] {
        try peer.send(frames(1, block))
        var statuses: [String?] = []
        func read(_ stream: UInt32) throws {
            while let frame = try peer.readFrame() {
                guard frame.kind == RawFrame.Kind.headers else { continue }
                let fields = peer.fields(of: frame)
                guard frame.stream == stream, let status = fields["grpc-status"] else { continue }
                return statuses.append((fields[":status"].map { $0 + " " } ?? "") + status)
            }
            statuses.append(nil)
        }
        try read(1)
        try peer.send(.headers(3, RawFrame.call("Echo")), .data(3, RawFrame.message([9]), end: true))
        try read(3)
        return statuses
    }

    @Test func tooManyFieldsAreRefusedWith431() async throws {
        let statuses = try await HostileClient.attackGreeted { peer in
            let many = (0..<1_000).map { ("x-\($0)", "y") }
            return try Self.statuses(RawFrame.block(RawFrame.call("Echo") + many), peer)
        }
        #expect(statuses == ["431 8", "0"])
    }

    @Test func oneFieldThatIsTooLongIsRefusedWith431() async throws {
        let statuses = try await HostileClient.attackGreeted { peer in
            let long = [("x-long", String(repeating: "y", count: 30_000))]
            return try Self.statuses(RawFrame.block(RawFrame.call("Echo") + long), peer)
        }
        #expect(statuses == ["431 8", "0"])
    }

    @Test func aFieldBeyondWhatHPACKTakesEndsTheConnection() async throws {
        let statuses = try await HostileClient.attackGreeted { peer in
            let long = [("x-long", String(repeating: "y", count: 100_000))]
            return try? Self.statuses(RawFrame.block(RawFrame.call("Echo") + long), peer)
        }
        #expect(statuses == nil || statuses == [nil, nil])
    }

    @Test func aBombOfReferencesIsRefusedWith431() async throws {
        let statuses = try await HostileClient.attackGreeted { peer in
            // One entry of almost the whole table, and then a byte for each time that it is to be repeated:
            // 40 KB that say 160 MB.
            var block = RawFrame.block(RawFrame.call("Echo"))
            block += [0x40] + RawFrame.text("x-bomb") + RawFrame.text(String(repeating: "y", count: 4_000))
            block += [UInt8](repeating: 0x80 | 62, count: 40_000)
            return try Self.statuses(block, peer)
        }
        #expect(statuses == ["431 8", "0"])
    }

    @Test func tablesOfMoreThanIsAllowedEndTheConnection() async throws {
        let code = try await HostileClient.attackGreeted { peer in
            // A size update to 1 MiB (RFC 7541, section 6.3), where 4,096 bytes are allowed.
            let update: [UInt8] = [0x3f] + RawFrame.integer(1_048_576 - 31, prefix: 0)
            try peer.send(Self.frames(1, update + RawFrame.block(RawFrame.call("Echo"))))
            return try peer.readToEnd().last { $0.kind == RawFrame.Kind.goAway }?.errorCode
        }
        #expect(code == UInt32(NGHTTP2_COMPRESSION_ERROR.rawValue))
    }

    @Test func aServerWithMoreToSayThanAHeaderBlockTakesSaysSo() async throws {
        // A message that was sent cannot be unsent, so what is too long for the wire becomes a reset of that stream.
        try await Harness.run { harness in
            let message = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
            let error = await #expect(throws: RPCError.self) {
                try await harness.unary(EchoService.fail, [9] + message).message
            }
            #expect(error?.code == .internalError || error?.code == .resourceExhausted)
            try await #expect(harness.unary(EchoService.echo, [1]).message == [1])
        }
    }

    @Test func aClientWithMoreMetadataThanAHeaderBlockTakesIsTold() async throws {
        try await Harness.run { harness in
            let metadata: Metadata = ["x-long": .string(String(repeating: "y", count: 100_000))]
            let error = await #expect(throws: RPCError.self) {
                try await harness.unary(EchoService.echo, [1], metadata: metadata).message
            }
            #expect(error?.code == .internalError || error?.code == .resourceExhausted)
            try await #expect(harness.unary(EchoService.echo, [1]).message == [1])
        }
    }
}
