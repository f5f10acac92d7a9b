import CNghttp2
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Clients that keep a server busy for nothing: each loses its connection, and nobody else notices.
@Suite struct ServerFloodTests {
    private static let enhanceYourCalm = UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue)

    /// So few tokens that a flood fits into one write: the server has then read all of it when it says GOAWAY, and its
    /// closing does not take the GOAWAY away again (tcp(7): unread bytes turn a close into a reset).
    private static var impatient: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.floods = FloodLimits(capacity: 100, refillPerSecond: 1)
        configuration.pingPolicy.toleratedStrikes = 1_000_000
        return configuration
    }

    /// A flood of small frames, by name.
    enum Flood: String, CaseIterable, Sendable {
        case rapidReset, windowUpdateOfNothing, dataAfterTheEnd, malformedRequests, tooManyStreams
        case ping, settings, priority, windowUpdate, emptyData, paddedEmptyData

        /// The frames of one round, the n-th of the connection.
        func round(_ number: Int) -> [RawFrame] {
            let stream = UInt32(2 * number + 1)
            let hang = RawFrame.headers(stream, RawFrame.call("Hang"))
            switch self {
            case .rapidReset: return [hang, .resetStream(stream, 8)]
            case .windowUpdateOfNothing: return [hang, .windowUpdate(stream, 0)]
            case .dataAfterTheEnd:
                return [.headers(stream, RawFrame.call("Hang"), end: true), .data(stream, [0, 0, 0, 0, 0])]
            case .malformedRequests:
                return [.headers(stream, RawFrame.call("Hang") + [("Upper", "case")])]
            case .tooManyStreams: return [hang]
            case .ping: return [.ping(UInt64(number))]
            case .settings: return [.settings([(4, 65_535)])]
            case .priority: return [.priority(1, on: UInt32(number % 7 + 3))]
            case .windowUpdate: return [.windowUpdate(0, 1)]
            case .emptyData:
                return (number == 0 ? [.headers(1, RawFrame.call("Drain"))] : []) + [.data(1, [])]
            case .paddedEmptyData:
                let padding = RawFrame(
                    kind: RawFrame.Kind.data,
                    flags: RawFrame.Flag.padded,
                    stream: 1,
                    payload: [3, 0, 0, 0]
                )
                return (number == 0 ? [.headers(1, RawFrame.call("Drain"))] : []) + [padding]
            }
        }

        var configuration: ServerConfiguration {
            var configuration = ServerFloodTests.impatient
            // As long as the client has not acknowledged the limit, a stream too many is no connection error.
            if self == .tooManyStreams { configuration.http2.maxConcurrentStreams = 1 }
            return configuration
        }

        /// What the connection ends with. Some of these nghttp2 does not bear even once.
        var errorCode: UInt32 {
            switch self {
            case .windowUpdateOfNothing: UInt32(NGHTTP2_PROTOCOL_ERROR.rawValue)
            case .dataAfterTheEnd: UInt32(NGHTTP2_STREAM_CLOSED.rawValue)
            default: ServerFloodTests.enhanceYourCalm
            }
        }
    }

    @Test(arguments: Flood.allCases)
    func aFloodEndsItsConnectionWithTheReason(flood: Flood) async throws {
        let frames = try await HostileClient.attackGreeted(flood.configuration) { peer in
            try peer.readFrames { $0.kind == RawFrame.Kind.settings }
            try peer.send((0..<150).flatMap { flood.round($0) })
            return try peer.readToEnd()
        }
        let goAway = frames.last { $0.kind == RawFrame.Kind.goAway }
        #expect(goAway?.errorCode == flood.errorCode)
        #expect(frames.filter { $0.kind == RawFrame.Kind.goAway }.count == 1)
    }

    @Test(arguments: Flood.allCases)
    func aFloodWhoseAnswersAreNotReadEndsItsConnection(flood: Flood) async throws {
        var configuration = ServerConfiguration()
        // The usual burst. What comes back with time is left out: a debug build is not always faster than that.
        configuration.floods = FloodLimits(refillPerSecond: 1)
        configuration.http2.maxConcurrentStreams = flood == .tooManyStreams ? 1 : 1_000
        let wasClosed = try await HostileClient.attackGreeted(configuration) { peer in
            for batch in 0..<4_000 {
                let rounds = (batch * 100..<batch * 100 + 100).flatMap { flood.round($0) }
                if peer.sendUntilClosed(rounds.flatMap(\.bytes), times: 1) { return true }
            }
            return false
        }
        #expect(wasClosed)
    }

    @Test func aClientThatNeverReadsItsRefusalsLosesItsConnection() async throws {
        var configuration = ServerConfiguration()
        configuration.http2.maxConcurrentStreams = 1
        // Nothing is counted: what ends this is that nothing more is queued for a peer that takes nothing.
        configuration.floods = FloodLimits(capacity: 1_000_000_000, refillPerSecond: 1_000_000_000)
        configuration.http2.maxUnsentFrames = 1_000
        // The kernel keeps less for Unix sockets than for TCP.
        let path = "/tmp/grimoire-hostile-\(UInt64.random(in: 0 ... .max)).sock"
        let wasClosed = try await HostileClient.attack(configuration, at: SocketAddress(unixPath: path)) {
            address in
            let peer = try RawPeer(connectingTo: address)
            defer { peer.close() }
            try peer.greet()
            for batch in 0..<1_000 {
                let requests = (0..<400).flatMap { number in
                    RawFrame.headers(UInt32(2 * (batch * 400 + number) + 1), RawFrame.call("Hang")).bytes
                }
                if peer.sendUntilClosed(requests, times: 1) { return true }
            }
            return false
        }
        #expect(wasClosed)
    }

    @Test func pingsThatComeTooOftenEndWithTooManyPings() async throws {
        let frames = try await HostileClient.attackGreeted { peer in
            try peer.send((0..<10).map { .ping($0) })
            return try peer.readToEnd()
        }
        let goAway = try #require(frames.last { $0.kind == RawFrame.Kind.goAway })
        #expect(goAway.errorCode == Self.enhanceYourCalm)
        #expect(String(decoding: goAway.payload.dropFirst(8), as: UTF8.self) == "too_many_pings")
    }

    @Test func aFloodOfContinuationsEndsTheConnection() async throws {
        let wasClosed = try await HostileClient.attackGreeted { peer in
            try peer.send(
                RawFrame(
                    kind: RawFrame.Kind.headers,
                    stream: 1,
                    payload: RawFrame.block(RawFrame.call("Echo"))
                )
            )
            let more = RawFrame(
                kind: RawFrame.Kind.continuation,
                stream: 1,
                payload: RawFrame.block([("x", "y")])
            )
            return peer.sendUntilClosed(more.bytes, times: 100_000)
        }
        #expect(wasClosed)
    }

    @Test func requestsBeyondTheLimitOfStreamsAreRefusedOneByOne() async throws {
        var configuration = ServerConfiguration()
        configuration.http2.maxConcurrentStreams = 2
        let refused = try await HostileClient.attackGreeted(configuration) { peer in
            for stream in [1, 3, 5, 7] as [UInt32] {
                try peer.send(.headers(stream, RawFrame.call("Hang"), end: true))
            }
            var refused: [UInt32: UInt32?] = [:]
            while refused.count < 2, let frame = try peer.readFrame() {
                if frame.kind == RawFrame.Kind.resetStream { refused[frame.stream] = frame.errorCode }
            }
            // The two that run are let go.
            try peer.send(.resetStream(1, 8), .resetStream(3, 8))
            return refused
        }
        let code = UInt32(NGHTTP2_REFUSED_STREAM.rawValue)
        #expect(refused == [5: code, 7: code])
    }
}
