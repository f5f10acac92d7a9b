import EventLoop
import GRPCCore
import Testing

@testable import GRPCNghttp2

/// Clients that take their time, or stop in the middle.
@Suite struct ServerSlownessTests {
    private static var quickHandshake: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.handshakeTimeout = .milliseconds(100)
        return configuration
    }

    @Test(arguments: [0, 1, 12, 23, 24, 30])
    func aClientThatDoesNotFinishItsGreetingIsDisconnected(count: Int) async throws {
        let frames = try await HostileClient.attack(Self.quickHandshake) { address in
            let peer = try RawPeer(connectingTo: address)
            defer { peer.close() }
            try peer.send(Array((RawFrame.preface + RawFrame.settings().bytes).prefix(count)))
            return try peer.readToEnd()
        }
        #expect(
            frames.allSatisfy { $0.kind == RawFrame.Kind.settings || $0.kind == RawFrame.Kind.windowUpdate }
        )
    }

    @Test func halfOpenConnectionsByTheHundredDoNotDisturbAnyone() async throws {
        try await HostileClient.attack(Self.quickHandshake) { address in
            let peers = try (0..<200).map { _ in try RawPeer(connectingTo: address) }
            for (index, peer) in peers.enumerated() {
                _ = peer.sendUntilClosed(Array(RawFrame.preface.prefix(index % 24)), times: 1)
            }
            for peer in peers { _ = try peer.readToEnd() }
        }
    }

    @Test func connectionsBeyondTheLimitAreClosedAtOnce() async throws {
        var configuration = ServerConfiguration()
        configuration.maxConnections = 3
        try await Harness.run(server: configuration) { harness in
            // The well-behaved client comes first, which leaves two places; it keeps its own.
            try await #expect(harness.unary(EchoService.echo, [1, 2, 3]).message == [1, 2, 3])
            let address = harness.address
            let closed = try await onOwnThread {
                let peers = try (0..<10).map { _ in try RawPeer(connectingTo: address) }
                defer { for peer in peers { peer.close() } }
                return peers.reversed().count {
                    (try? $0.greet()) == nil || (try? $0.readFrame()) == .some(nil)
                }
            }
            #expect(closed >= 8)
            try await #expect(harness.unary(EchoService.echo, [4]).message == [4])
            // Their places come back once the server has seen them go.
            try await harness.expectNothingLeft()
            try await onOwnThread {
                let peer = try RawPeer(connectingTo: address)
                defer { peer.close() }
                try peer.greet()
                #expect(try peer.readFrame() != nil)
            }
        }
    }

    @Test func aCallByteByByteIsServed() async throws {
        let frames = try await HostileClient.attack { address in
            let peer = try RawPeer(connectingTo: address)
            defer { peer.close() }
            let bytes =
                RawFrame.preface + RawFrame.settings().bytes
                + RawFrame.headers(1, RawFrame.call("Echo")).bytes
                + RawFrame.data(1, RawFrame.message([1, 2, 3]), end: true).bytes
            for byte in bytes { try peer.send([byte]) }
            return try peer.readFrames {
                $0.kind == RawFrame.Kind.headers && $0.flags & RawFrame.Flag.endStream != 0
            }
        }
        #expect(
            frames.contains { $0.kind == RawFrame.Kind.data && $0.payload == RawFrame.message([1, 2, 3]) }
        )
    }

    @Test func aReaderWhoseWindowIsShutHoldsNothingButItsBuffer() async throws {
        try await Harness.run { harness in
            let address = harness.address
            let peer = try await onOwnThread {
                let peer = try RawPeer(connectingTo: address)
                // No byte of DATA may come; 40 streams ask for 16 MiB each.
                try peer.greet([(4, 0)])
                let request: [UInt8] = [0, 1, 0, 0, 0, 0, 1, 0]
                for stream in (0..<40).map({ UInt32(2 * $0 + 1) }) {
                    try peer.send(
                        .headers(stream, RawFrame.call("Flood")),
                        .data(stream, RawFrame.message(request), end: true)
                    )
                }
                return peer
            }
            try await harness.waitUntilNothingIsWritten()
            // Of each stream one message is in the buffer, and a second is where it would be counted once it is taken.
            #expect(harness.log.writtenCount <= 40)
            try await #expect(harness.unary(EchoService.echo, [7]).message == [7])
            peer.close()
            try await harness.expectNothingLeft()
        }
    }

    @Test func aReaderThatStopsReadingHoldsABoundedNumberOfBytes() async throws {
        try await Harness.run { harness in
            let address = harness.address
            let peer = try await onOwnThread {
                let peer = try RawPeer(connectingTo: address)
                peer.shrinkReceiveBuffer()
                try peer.greet([(4, 0x7fff_ffff)])
                try peer.send(.windowUpdate(0, 0x7fff_0000))
                // 256 MiB are wanted and allowed, but nobody takes them off the socket.
                let request: [UInt8] = [0, 16, 0, 0, 0, 0, 1, 0]
                try peer.send(
                    .headers(1, RawFrame.call("Flood")),
                    .data(1, RawFrame.message(request), end: true)
                )
                return peer
            }
            try await harness.waitUntilNothingIsWritten()
            // What the kernel's buffers take, and ours: not more than 16 MiB.
            #expect(harness.log.writtenCount < 256)
            try await #expect(harness.unary(EchoService.echo, [7]).message == [7])
            peer.abort()
            try await harness.expectNothingLeft()
        }
    }

    @Test func messagesThatNeverEndDoNotAddUp() async throws {
        // 200 streams that keep 1 MiB each of a message that does not end: more than a connection may hold.
        var configuration = ServerConfiguration()
        configuration.pingPolicy.toleratedStrikes = 1_000
        let statuses = try await HostileClient.attackGreeted(configuration) { peer in
            // The windows are as large as the server says once that is acknowledged.
            try peer.readFrames { $0.kind == RawFrame.Kind.settings }
            try peer.send(.settingsAcknowledgement)
            var statuses: [String] = []
            let part = [UInt8](repeating: 0, count: 16_384)
            for stream in (0..<200).map({ UInt32(2 * $0 + 1) }) {
                try peer.send(
                    .headers(stream, RawFrame.call("Drain")),
                    .data(stream, RawFrame.message([], declaring: 4_000_000))
                )
                for _ in 0..<63 { try peer.send(.data(stream, part)) }
                // The answer to a PING shows that all this has been read.
                try peer.send(.ping(UInt64(stream)))
                while let frame = try peer.readFrame() {
                    if frame.kind == RawFrame.Kind.ping { break }
                    guard frame.kind == RawFrame.Kind.headers else { continue }
                    if let status = peer.fields(of: frame)["grpc-status"] { statuses.append(status) }
                }
            }
            return statuses
        }
        #expect(statuses.count >= 100)
        #expect(statuses.allSatisfy { $0 == "8" })
    }
}

extension Harness {
    /// Returns when the flooding handlers have come to a stop.
    fileprivate func waitUntilNothingIsWritten() async throws {
        var last = -1
        while log.writtenCount != last {
            last = log.writtenCount
            try await clientLoops.loops[0].sleep(for: .milliseconds(200))
        }
    }
}
