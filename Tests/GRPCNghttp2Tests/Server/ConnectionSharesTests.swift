import EventLoop
import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct ConnectionSharesTests {
    @Test func connectionsStayWhereTheyCameUnlessAnotherLoopHasFewer() {
        let shares = ConnectionShares(loops: 3, limit: 100)
        #expect(shares.place(acceptedBy: 2) == 2)
        #expect(shares.place(acceptedBy: 2) == 0)
        #expect(shares.place(acceptedBy: 2) == 1)
        #expect(shares.place(acceptedBy: 2) == 2)
        shares.leave(1)
        #expect(shares.place(acceptedBy: 0) == 1)
    }

    @Test func theLimitCountsAllLoopsAndPlacesComeBack() {
        let shares = ConnectionShares(loops: 2, limit: 3)
        let places = (0..<3).compactMap { _ in shares.place(acceptedBy: 0) }
        #expect(places.count == 3)
        #expect(shares.place(acceptedBy: 1) == nil)
        shares.leave(places[0])
        #expect(shares.place(acceptedBy: 1) != nil)
        #expect(shares.place(acceptedBy: 1) == nil)
    }

    @Test(arguments: [false, true])
    func loopsHaveEqualSharesOfManyConnections(overUnixSocket: Bool) async throws {
        let name = "grimoire-shares-\(UInt64.random(in: .min ... .max))"
        let address = overUnixSocket ? try SocketAddress(unixAbstractName: name) : nil
        try await Harness.run(address: address, loops: 4) { harness in
            let server = harness.serverTransport
            let peers = try (0..<20).map { _ in try RawPeer(connectingTo: harness.address) }
            for peer in peers { try peer.greet() }
            while await server.connectionCounts.reduce(0, +) < 20 {
                try await harness.serverLoops.loops[0].sleep(for: .milliseconds(1))
            }
            let counts = await server.connectionCounts
            let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
            #expect(most - least <= 1, "\(counts)")
            for peer in peers { peer.close() }
            // Each place comes back, the harness's own client apart.
            while await server.connectionCounts.reduce(0, +) > 4 {
                try await harness.serverLoops.loops[0].sleep(for: .milliseconds(1))
            }
        }
    }
}
