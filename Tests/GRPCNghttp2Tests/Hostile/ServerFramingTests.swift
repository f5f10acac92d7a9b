import CNghttp2
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Clients that say what HTTP/2 does not allow, or what gRPC does not.
@Suite struct ServerFramingTests {
    /// What one broken request comes to.
    enum Verdict: Sendable, Equatable {
        /// The stream alone is reset.
        case reset(UInt32)
        /// The connection ends with this error code.
        case goAway(UInt32)
        /// An answer without a call.
        case status(http: String, grpc: String)
        /// The connection just ends.
        case closed
    }

    private static let protocolError = UInt32(NGHTTP2_PROTOCOL_ERROR.rawValue)
    private static let frameSizeError = UInt32(NGHTTP2_FRAME_SIZE_ERROR.rawValue)
    private static let streamClosed = UInt32(NGHTTP2_STREAM_CLOSED.rawValue)
    private static let compressionError = UInt32(NGHTTP2_COMPRESSION_ERROR.rawValue)
    private static let flowControlError = UInt32(NGHTTP2_FLOW_CONTROL_ERROR.rawValue)

    /// The first word about stream `stream`, or about the connection.
    private static func verdict(on stream: UInt32, from peer: RawPeer) throws -> Verdict {
        while let frame = try peer.readFrame() {
            switch frame.kind {
            case RawFrame.Kind.goAway:
                if let code = frame.errorCode, code != 0 { return .goAway(code) }
            case RawFrame.Kind.resetStream where frame.stream == stream:
                return .reset(frame.errorCode ?? 0)
            case RawFrame.Kind.headers:
                let fields = peer.fields(of: frame)
                guard frame.stream == stream, let status = fields["grpc-status"] else { continue }
                return .status(http: fields[":status"] ?? "", grpc: status)
            default: continue
            }
        }
        return .closed
    }

    private static func changing(_ name: String, to value: String?) -> [(String, String)] {
        RawFrame.call("Echo").compactMap { $0.0 == name ? value.map { (name, $0) } : $0 }
    }

    /// Heads of requests that are wrong, and what each comes to.
    static let heads: [(String, [(String, String)], Verdict)] = [
        ("a GET", changing(":method", to: "GET"), .status(http: "405", grpc: "13")),
        ("a path of nothing", changing(":path", to: "/test.Echo/Nothing"), .status(http: "200", grpc: "12")),
        ("a path of one part", changing(":path", to: "/"), .status(http: "200", grpc: "12")),
        ("no content-type", changing("content-type", to: nil), .status(http: "415", grpc: "13")),
        ("JSON", changing("content-type", to: "application/json"), .status(http: "415", grpc: "13")),
        ("gRPC-Web", changing("content-type", to: "application/grpc-web"), .status(http: "415", grpc: "13")),
        ("no :path", changing(":path", to: nil), .reset(protocolError)),
        ("no :method", changing(":method", to: nil), .reset(protocolError)),
        ("no :scheme", changing(":scheme", to: nil), .reset(protocolError)),
        ("two :path", RawFrame.call("Echo") + [(":path", "/x")], .reset(protocolError)),
        ("two :method", [(":method", "POST")] + RawFrame.call("Echo"), .reset(protocolError)),
        (":status in a request", [(":status", "200")] + RawFrame.call("Echo"), .reset(protocolError)),
        ("a :pseudo of its own", [(":grpc", "1")] + RawFrame.call("Echo"), .reset(protocolError)),
        ("an upper-case name", RawFrame.call("Echo") + [("X-One", "1")], .reset(protocolError)),
        ("connection", RawFrame.call("Echo") + [("connection", "keep-alive")], .reset(protocolError)),
        (
            "transfer-encoding", RawFrame.call("Echo") + [("transfer-encoding", "chunked")],
            .reset(protocolError)
        ),
        ("upgrade", RawFrame.call("Echo") + [("upgrade", "h2c")], .reset(protocolError)),
        ("te: gzip", changing("te", to: "gzip"), .reset(protocolError)),
        (
            "an unknown encoding", RawFrame.call("Echo") + [("grpc-encoding", "br")],
            .status(http: "200", grpc: "12")
        ),
        (
            "a time-out in words", RawFrame.call("Echo") + [("grpc-timeout", "soon")],
            .status(http: "200", grpc: "3")
        ),
        ("-bin without base64", RawFrame.call("Echo") + [("x-bin", "%%%")], .status(http: "200", grpc: "3")),
        (
            "a time-out of nothing", RawFrame.call("Hang") + [("grpc-timeout", "0n")],
            .status(http: "200", grpc: "4")
        ),
    ]

    @Test(arguments: heads.indices)
    func aWrongHeadEndsItsStreamAlone(index: Int) async throws {
        let (name, fields, expected) = Self.heads[index]
        let (verdict, next) = try await HostileClient.attackGreeted { peer in
            try peer.send(.headers(1, fields))
            let verdict = try Self.verdict(on: 1, from: peer)
            // The connection serves on.
            try peer.send(.headers(3, RawFrame.call("Echo")), .data(3, RawFrame.message([9]), end: true))
            return (verdict, try Self.verdict(on: 3, from: peer))
        }
        #expect(verdict == expected, "\(name)")
        #expect(next == .status(http: "", grpc: "0"), "\(name)")
    }

    /// Frames that follow an open stream 1 and break the rules, and what each comes to.
    static let frames: [(String, [RawFrame], Verdict)] = [
        ("DATA on a stream that was never opened", [.data(9, [1])], .goAway(protocolError)),
        ("DATA on stream 0", [.data(0, [1])], .goAway(protocolError)),
        ("HEADERS on stream 0", [.headers(0, RawFrame.call("Echo"))], .goAway(protocolError)),
        ("HEADERS on an even stream", [.headers(2, RawFrame.call("Echo"))], .goAway(protocolError)),
        (
            "a number twice",
            [.headers(5, RawFrame.call("Hang"), end: true), .headers(5, RawFrame.call("Hang"), end: true)],
            .goAway(streamClosed)
        ),
        (
            "a frame larger than allowed", [.data(1, [UInt8](repeating: 0, count: 16_385))],
            .goAway(frameSizeError)
        ),
        (
            "a frame of 16 MiB",
            [
                RawFrame(
                    kind: RawFrame.Kind.headers,
                    stream: 3,
                    payload: [UInt8](repeating: 0, count: 0xff_ffff)
                )
            ],
            .goAway(frameSizeError)
        ),
        (
            "padding longer than its frame",
            [RawFrame(kind: 0, flags: RawFrame.Flag.padded, stream: 1, payload: [9, 1])],
            .goAway(protocolError)
        ),
        ("a PING of 7 bytes", [RawFrame(kind: 6, payload: [1, 2, 3, 4, 5, 6, 7])], .goAway(frameSizeError)),
        ("SETTINGS of 5 bytes", [RawFrame(kind: 4, payload: [1, 2, 3, 4, 5])], .goAway(frameSizeError)),
        ("SETTINGS on a stream", [RawFrame(kind: 4, stream: 1)], .goAway(protocolError)),
        ("a window of 4 GiB", [.settings([(4, 0xffff_ffff)])], .goAway(flowControlError)),
        (
            "a window that overflows",
            [.windowUpdate(0, 0x7fff_ffff), .windowUpdate(0, 0x7fff_ffff)],
            .goAway(flowControlError)
        ),
        ("a window update of nothing", [.windowUpdate(0, 0)], .goAway(protocolError)),
        ("a stream that depends on itself", [.priority(1, on: 1)], .goAway(protocolError)),
        (
            "a push from a client", [RawFrame(kind: 5, flags: 4, stream: 1, payload: [0, 0, 0, 2])],
            .goAway(protocolError)
        ),
        ("CONTINUATION of nothing", [RawFrame(kind: 9, flags: 4, stream: 1)], .goAway(protocolError)),
        (
            "another frame within a header block",
            [RawFrame(kind: 1, stream: 3, payload: RawFrame.block(RawFrame.call("Echo"))), .ping()],
            .goAway(protocolError)
        ),
        (
            "an index into nothing",
            [RawFrame(kind: 1, flags: 4, stream: 3, payload: [0xff, 0xff, 0xff, 0x0f])],
            .goAway(compressionError)
        ),
        (
            "a literal cut short", [RawFrame(kind: 1, flags: 4, stream: 3, payload: [0, 9, 65])],
            .goAway(compressionError)
        ),
        (
            "trailers that do not end",
            [.headers(1, [("x", "y")])],
            .reset(protocolError)
        ),
    ]

    @Test(arguments: frames.indices)
    func aWrongFrameEndsItsConnectionAlone(index: Int) async throws {
        let (name, frames, expected) = Self.frames[index]
        let verdict = try await HostileClient.attackGreeted { peer in
            try peer.send([.headers(1, RawFrame.call("Drain"))])
            _ = peer.sendUntilClosed(frames.flatMap(\.bytes), times: 1)
            return try Self.verdict(on: 1, from: peer)
        }
        // Where bytes are left unread, the kernel makes a reset of the close, and that may overtake the GOAWAY.
        let isLong = frames.contains { $0.payload.count > 60_000 }
        #expect(verdict == expected || isLong && verdict == .closed, "\(name)")
    }

    @Test func aMessageThatDeclaresFourGibibytesIsRefused() async throws {
        let verdict = try await HostileClient.attackGreeted { peer in
            try peer.send(
                .headers(1, RawFrame.call("Echo")),
                .data(1, RawFrame.message([1, 2, 3], declaring: .max))
            )
            return try Self.verdict(on: 1, from: peer)
        }
        #expect(verdict == .status(http: "200", grpc: "8"))
    }

    @Test func halfAMessageIsAnError() async throws {
        let verdict = try await HostileClient.attackGreeted { peer in
            try peer.send(
                .headers(1, RawFrame.call("Echo")),
                .data(1, RawFrame.message([1, 2, 3], declaring: 4), end: true)
            )
            return try Self.verdict(on: 1, from: peer)
        }
        #expect(verdict == .status(http: "", grpc: "13"))
    }

    @Test func aRequestWithAnOldNumberIsNotLookedAt() async throws {
        // It might be the rest of a stream that was reset (RFC 9113, section 5.1), so the connection bears it.
        let frames = try await HostileClient.attackGreeted { peer in
            try peer.send(
                .headers(5, RawFrame.call("Hang"), end: true),
                .headers(3, RawFrame.call("Fail"), end: true),
                .ping()
            )
            return try peer.readFrames { $0.kind == RawFrame.Kind.ping }
        }
        #expect(frames.last?.kind == RawFrame.Kind.ping)
        #expect(!frames.contains { $0.stream == 3 })
    }

    @Test func trailersOfAClientEndItsRequest() async throws {
        let verdict = try await HostileClient.attackGreeted { peer in
            try peer.send(
                .headers(1, RawFrame.call("Echo")),
                .data(1, RawFrame.message([1])),
                .headers(1, [("x-checksum", "1")], end: true)
            )
            return try Self.verdict(on: 1, from: peer)
        }
        #expect(verdict == .status(http: "", grpc: "0"))
    }

    @Test func aClientThatSaysGoAwayIsAnsweredAndLetGo() async throws {
        let frames = try await HostileClient.attackGreeted { peer in
            try peer.send(
                .headers(1, RawFrame.call("Echo")),
                .goAway(last: 0),
                .data(1, RawFrame.message([1]), end: true)
            )
            return try peer.readToEnd()
        }
        #expect(
            frames.contains { $0.kind == RawFrame.Kind.headers && $0.flags & RawFrame.Flag.endStream != 0 }
        )
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r",
        "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ])
    func whoeverSpeaksSomethingElseIsDisconnected(text: String) async throws {
        let frames = try await HostileClient.attack { address in
            let peer = try RawPeer(connectingTo: address)
            defer { peer.close() }
            try peer.send(Array(text.utf8))
            return try peer.readToEnd()
        }
        #expect(!frames.contains { $0.kind == RawFrame.Kind.headers })
    }

    @Test(arguments: [0, 1])
    func randomBytesEndTheirConnectionsAtMost(greetings: Int) async throws {
        try await HostileClient.attack { address in
            for seed in 0..<50 {
                var generator = SeededGenerator(seed: UInt64(seed))
                let peer = try RawPeer(connectingTo: address)
                if greetings > 0 { try peer.greet() }
                let bytes = generator.bytes(count: 1 + Int(generator.next() % 20_000))
                _ = peer.sendUntilClosed(bytes, times: 3)
                if seed % 2 == 0 { peer.abort() } else { peer.close() }
            }
        }
    }
}
