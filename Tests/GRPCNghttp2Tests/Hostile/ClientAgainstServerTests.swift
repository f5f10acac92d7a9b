import CNghttp2
import EventLoop
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Servers that do not keep to HTTP/2 or to gRPC: the call gets the error that says so, and the next call its answer.
@Suite struct ClientAgainstServerTests {
    private static let response = [(":status", "200"), ("content-type", "application/grpc")]

    /// Answers to a request on stream 1 that are wrong, and the code that each becomes.
    static let answers: [(String, [RawFrame], RPCError.Code)] = [
        ("headers and the end", [.headers(1, response, end: true)], .unknown),
        ("HTTP 503", [.headers(1, [(":status", "503")], end: true)], .unavailable),
        ("HTTP 404", [.headers(1, [(":status", "404")], end: true)], .unimplemented),
        (
            "HTTP 401", [.headers(1, [(":status", "401"), ("content-type", "text/html")]), .data(1, [60])],
            .unauthenticated
        ),
        (
            "a page",
            [
                .headers(1, [(":status", "200"), ("content-type", "text/html")]),
                .data(1, Array("<html>".utf8), end: true),
            ],
            .unknown
        ),
        (
            "no content-type", [.headers(1, [(":status", "200")]), .data(1, [0, 0, 0, 0, 0], end: true)],
            .unknown
        ),
        ("no :status", [.headers(1, [("content-type", "application/grpc")], end: true)], .internalError),
        ("a message first", [.data(1, RawFrame.message([1]))], .unavailable),
        (
            "a message and the end", [.headers(1, response), .data(1, RawFrame.message([1]), end: true)],
            .internalError
        ),
        (
            "a message that declares 4 GiB", [.headers(1, response), .data(1, [0, 255, 255, 255, 255, 1])],
            .resourceExhausted
        ),
        ("a flag of 7", [.headers(1, response), .data(1, [7, 0, 0, 0, 1, 1])], .internalError),
        (
            "compression without its name", [.headers(1, response), .data(1, [1, 0, 0, 0, 1, 1])],
            .internalError
        ),
        ("an encoding of its own", [.headers(1, response + [("grpc-encoding", "br")])], .internalError),
        (
            "half a message and a status",
            [
                .headers(1, response), .data(1, [0, 0, 0, 0, 9, 1]),
                .headers(1, [("grpc-status", "0")], end: true),
            ],
            .internalError
        ),
        (
            "a status in words",
            [.headers(1, response), .headers(1, [("grpc-status", "fine")], end: true)],
            .unknown
        ),
        ("a status of 99", [.headers(1, response + [("grpc-status", "99")], end: true)], .unknown),
        (
            "a status of 5",
            [.headers(1, response + [("grpc-status", "5"), ("grpc-message", "%zz%")], end: true)], .notFound
        ),
        (
            "no message and OK",
            [.headers(1, response), .headers(1, [("grpc-status", "0")], end: true)],
            .unimplemented
        ),
        ("-bin without base64", [.headers(1, response + [("x-bin", "%%")])], .internalError),
        (
            "too many headers", [.headers(1, response + (0..<900).map { ("x-\($0)", "y") })],
            .resourceExhausted
        ),
        ("a reset", [.resetStream(1, 2)], .internalError),
        ("a cancellation", [.resetStream(1, 8)], .cancelled),
        ("a request to calm down", [.resetStream(1, 11)], .resourceExhausted),
        ("trailers that do not end", [.headers(1, response), .headers(1, [("x", "y")])], .internalError),
        ("an upper-case name", [.headers(1, response + [("X-One", "1")])], .internalError),
        ("two :status", [.headers(1, [(":status", "200")] + response)], .internalError),
    ]

    @Test(arguments: answers.indices)
    func aWrongAnswerFailsItsCallAlone(index: Int) async throws {
        let (name, frames, code) = Self.answers[index]
        try await HostileServer.run { peer, number in
            try peer.welcome()
            if number == 0 {
                guard try peer.readRequest() == 1 else { return }
                try peer.send(frames)
            }
            try peer.answerAll()
        } _: { server in
            let first = await server.call()
            #expect(first.code == code, "\(name): \(first)")
            let second = await server.call()
            #expect(second == .success([42]), "\(name)")
        }
    }

    /// Frames that end the whole connection.
    static let breaches: [(String, [UInt8])] = [
        (
            "a push",
            RawFrame.settingsAcknowledgement.bytes
                + RawFrame(
                    kind: 5,
                    flags: 4,
                    stream: 1,
                    payload: [0, 0, 0, 2] + RawFrame.block(RawFrame.call("Echo"))
                ).bytes
        ),
        ("HEADERS of its own", RawFrame.headers(2, response).bytes),
        ("DATA on a stream of nobody's", RawFrame.data(7, [1]).bytes),
        ("a large frame", RawFrame.data(1, [UInt8](repeating: 0, count: 20_000)).bytes),
        (
            "an index into nothing",
            RawFrame(kind: 1, flags: 4, stream: 1, payload: [0xff, 0xff, 0xff, 0x0f]).bytes
        ),
        ("a window of 4 GiB", RawFrame.settings([(4, 0xffff_ffff)]).bytes),
        ("ENABLE_PUSH", RawFrame.settings([(2, 1)]).bytes),
        ("HTTP/1.1", Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8)),
        ("a close", []),
    ]

    @Test(arguments: breaches.indices)
    func aBreachEndsTheConnectionAndTheNextOneServes(index: Int) async throws {
        let (name, bytes) = Self.breaches[index]
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll() }
            guard try peer.readRequest() == 1 else { return }
            if bytes.isEmpty { return peer.abort() }
            try peer.send(bytes)
            _ = try peer.readToEnd()
        } _: { server in
            let first = await server.call()
            #expect(first.code == .unavailable || first.code == .internalError, "\(name): \(first)")
            let second = await server.call(options: .with { $0.waitForReady = true })
            #expect(second == .success([42]), "\(name)")
        }
    }

    /// How far a server comes before it closes.
    enum Stage: CaseIterable, Sendable {
        case accepted, heardPreface, saidHalfASettings, greeted, heardRequest
        case answeredHeaders, answeredHalfAMessage, answeredMessage
    }

    @Test(arguments: Stage.allCases)
    func aServerThatGoesFailsWhatItHasSeenAndNothingElse(stage: Stage) async throws {
        try await HostileServer.run { peer, number in
            if number > 0 {
                try peer.welcome()
                return try peer.answerAll()
            }
            if stage == .accepted { return peer.abort() }
            try peer.readPreface()
            if stage == .heardPreface { return }
            if stage == .saidHalfASettings { return try peer.send([0, 0, 0, 4]) }
            try peer.send(.settings())
            if stage == .greeted { return }
            guard let stream = try peer.readRequest() else { return }
            if stage == .heardRequest { return }
            try peer.send(.headers(stream, Self.response))
            if stage == .answeredHeaders { return }
            if stage == .answeredHalfAMessage { return try peer.send(.data(stream, [0, 0, 0, 0, 9, 1])) }
            try peer.send(.data(stream, RawFrame.message([1])))
        } _: { server in
            let first = await server.call(options: .with { $0.waitForReady = true })
            switch stage {
            case .accepted, .heardPreface, .saidHalfASettings: #expect(first == .success([42]), "\(stage)")
            // Whether the request has left before the end is the kernel's affair.
            case .greeted: #expect(first == .success([42]) || first.code == .unavailable, "\(first)")
            default: #expect(first.code == .unavailable, "\(stage): \(first)")
            }
            let second = await server.call(options: .with { $0.waitForReady = true })
            #expect(second == .success([42]), "\(stage)")
        }
    }

    @Test(arguments: 0..<20)
    func randomBytesFailTheirCallAtMost(seed: Int) async throws {
        try await HostileServer.run { peer, number in
            var generator = SeededGenerator(seed: UInt64(seed))
            if number == 0 {
                if seed % 2 == 0 { try peer.welcome() }
                return try peer.send(generator.bytes(count: 1 + Int(generator.next() % 5_000)))
            }
            try peer.welcome()
            try peer.answerAll()
        } _: { server in
            _ = await server.call()
            #expect(await server.call(options: .with { $0.waitForReady = true }) == .success([42]))
        }
    }
}

extension Result where Failure == RPCError {
    var code: RPCError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }
}
