import CNghttp2
import EventLoop
import GRPCCore
import Glibc
import Testing

@testable import GRPCNghttp2

/// Servers that refuse, leave, stall or flood: calls that were not looked at are made again, others fail, nothing grows.
@Suite struct ClientPatienceTests {
    private static let refused = UInt32(NGHTTP2_REFUSED_STREAM.rawValue)

    /// GOAWAY to a call on stream 1 that has not been answered.
    static let goAways: [(last: UInt32, code: UInt32)] = [(0, 0), (0, 11), (0, 1), (0, 0)]

    @Test(arguments: goAways.indices)
    func aCallAfterTheLastStreamIsMadeAgain(index: Int) async throws {
        let (last, code) = Self.goAways[index]
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll() }
            guard try peer.readRequest() != nil else { return }
            try peer.send(.goAway(last: last, code))
            _ = try peer.readToEnd()
        } _: { server in
            #expect(await server.call() == .success([42]))
        }
    }

    @Test func aCallUpToTheLastStreamIsFinished() async throws {
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll([43]) }
            guard let stream = try peer.readRequest() else { return }
            try peer.send(.goAway(last: stream))
            try peer.answer(stream, [42])
            _ = try peer.readToEnd()
        } _: { server in
            #expect(await server.call() == .success([42]))
            #expect(await server.call() == .success([43]))
        }
    }

    @Test func aWarningOfGoAwayLosesNoCall() async throws {
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll([43]) }
            guard let stream = try peer.readRequest() else { return }
            try peer.send(.goAway(last: 0x7fff_ffff))
            try peer.answer(stream, [42])
            try peer.send(.goAway(last: stream))
            _ = try peer.readToEnd()
        } _: { server in
            #expect(await server.call() == .success([42]))
            #expect(await server.call() == .success([43]))
        }
    }

    @Test func goAwayInPlaceOfAGreetingIsTriedAgain() async throws {
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll() }
            try peer.send(.goAway(last: 0))
        } _: { server in
            #expect(await server.call(options: .with { $0.waitForReady = true }) == .success([42]))
        }
    }

    @Test func aRefusedStreamIsMadeAgainOnce() async throws {
        try await HostileServer.run { peer, _ in
            try peer.welcome()
            guard let first = try peer.readRequest() else { return }
            try peer.send(.resetStream(first, Self.refused))
            guard let second = try peer.readRequest() else { return }
            try peer.answer(second, [42])
            try peer.answerAll()
        } _: { server in
            #expect(await server.call() == .success([42]))
        }
    }

    @Test func aServerThatRefusesForEverIsUnavailable() async throws {
        try await HostileServer.run { peer, _ in
            try peer.welcome()
            while let stream = try peer.readRequest() { try peer.send(.resetStream(stream, Self.refused)) }
        } _: { server in
            #expect(await server.call().code == .unavailable)
        }
    }

    @Test func aServerThatNeverSpeaksIsGivenUp() async throws {
        try await HostileServer.run {
            $0.backoff.initial = .milliseconds(50)
            $0.backoff.minimumConnectTimeout = .milliseconds(50)
        } script: { peer, number in
            if number == 0 { _ = try peer.readToEnd() }
            try peer.welcome()
            try peer.answerAll()
        } _: { server in
            #expect(await server.call().code == .unavailable)
            #expect(await server.call(options: .with { $0.waitForReady = true }) == .success([42]))
        }
    }

    @Test func aLimitOfNoStreamsIsWaitedOut() async throws {
        try await HostileServer.run { peer, _ in
            try peer.welcome([(3, 0)])
            // The client's acknowledgement has come, and then an answer to a PING: it had its chance to make a call.
            try peer.send(.ping(7))
            let frames = try peer.readFrames { $0.kind == RawFrame.Kind.ping }
            guard !frames.contains(where: { $0.kind == RawFrame.Kind.headers }) else { return }
            try peer.send(.settings([(3, 1)]))
            var isBusy = false
            while let stream = try peer.readRequest() {
                guard !isBusy else { return }
                isBusy = true
                try peer.answer(stream, [42])
                isBusy = false
            }
        } _: { server in
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { await server.call() == .success([42]) } }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func aServerThatNeverReadsHoldsTheWriterBack() async throws {
        let isOver = Flag()
        try await HostileServer.run { peer, _ in
            peer.shrinkReceiveBuffer()
            // Windows as wide as they go, and then nobody takes anything off the socket.
            try peer.welcome([(4, 0x7fff_ffff)])
            try peer.send(.windowUpdate(0, 0x7fff_0000))
            for _ in 0..<60_000 where !isOver.isSet { usleep(1_000) }
        } _: { server in
            let written = EchoLog()
            let call = Task {
                try await server.client.clientStreaming(
                    request: StreamingClientRequest { writer in
                        let part = [UInt8](repeating: 1, count: 65_536)
                        for _ in 0..<4_096 {
                            try await writer.write(part)
                            written.wrote()
                        }
                    },
                    descriptor: EchoService.drain,
                    serializer: Plain(),
                    deserializer: Plain(),
                    options: .defaults
                ) { try $0.message }
            }
            var last = -1
            while written.writtenCount != last || last == 0 {
                last = written.writtenCount
                try await server.loops.loops[0].sleep(for: .milliseconds(200))
            }
            // What the kernel's buffers take, and ours: not more than 16 of the 256 MiB.
            #expect(last < 256)
            call.cancel()
            await #expect(throws: (any Error).self) { try await call.value }
            isOver.set()
        }
    }

    @Test(arguments: [0, 1])
    func floodsOfAServerDoNotGrowTheClient(isRead: Int) async throws {
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll() }
            guard let stream = try peer.readRequest() else { return }
            for round in 0..<1_000 {
                try peer.send((0..<20).map { .ping($0) } + [.settings([(3, UInt32(100 + round % 2))])])
                // A client that cannot get rid of its answers gives the connection up.
                if isRead == 1 { for _ in 0..<20 { try peer.readFrames { $0.kind == RawFrame.Kind.ping } } }
            }
            if isRead == 1 { try peer.answer(stream, [42]) }
            try peer.answerAll()
        } _: { server in
            let first = await server.call()
            if isRead == 1 { #expect(first == .success([42])) }
            #expect(await server.call(options: .with { $0.waitForReady = true }) == .success([42]))
        }
    }

    @Test func headersThatNeverEndAreGivenUp() async throws {
        try await HostileServer.run { peer, number in
            try peer.welcome()
            guard number == 0 else { return try peer.answerAll() }
            guard let stream = try peer.readRequest() else { return }
            try peer.send(
                RawFrame(
                    kind: RawFrame.Kind.headers,
                    stream: stream,
                    payload: RawFrame.block([(":status", "200")])
                )
            )
            let more = RawFrame(
                kind: RawFrame.Kind.continuation,
                stream: stream,
                payload: RawFrame.block([("x", "y")])
            )
            _ = peer.sendUntilClosed(more.bytes, times: 100_000)
        } _: { server in
            let code = await server.call().code
            #expect(code == .unavailable || code == .internalError)
            #expect(await server.call(options: .with { $0.waitForReady = true }) == .success([42]))
        }
    }

    @Test func interimAnswersAreBorne() async throws {
        try await HostileServer.run { peer, _ in
            try peer.welcome()
            while let stream = try peer.readRequest() {
                try peer.send((0..<100).map { _ in .headers(stream, [(":status", "103"), ("link", "x")]) })
                try peer.answer(stream, [42])
            }
        } _: { server in
            #expect(await server.call() == .success([42]))
        }
    }
}
