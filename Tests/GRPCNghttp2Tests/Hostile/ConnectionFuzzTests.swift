import Glibc
import Testing

@testable import GRPCNghttp2

/// A whole server behind a socket, fed with changed exchanges: it serves on, and keeps nothing.
@Suite struct ConnectionFuzzTests {
    @Test func changedExchangesLeaveTheServerAsItWas() async throws {
        let corpus = try CorpusFile.all(in: "session").map(\.bytes)
        let seconds = getenv("GRIMOIRE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
        let first: UInt64 = seconds == nil ? 1 : UInt64.random(in: 0 ... .max)
        var configuration = ServerConfiguration()
        configuration.handshakeTimeout = .seconds(1)
        let path = "/tmp/grimoire-fuzz-\(UInt64.random(in: 0 ... .max)).sock"
        try await HostileClient.attack(configuration, at: SocketAddress(unixPath: path)) { address in
            let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
            var seed = first
            while deadline.map({ ContinuousClock.now < $0 }) ?? (seed < first + 300) {
                var generator = SeededGenerator(seed: seed)
                let input = ExchangeMutator.mutate(.server, corpus, &generator)
                if deadline != nil { CorpusFile.save(input, as: "connection-last") }
                let peer = try RawPeer(connectingTo: address)
                _ = peer.sendUntilClosed(input, times: 1)
                // Some go at once, in the middle of whatever the server does.
                if seed % 3 == 0 {
                    peer.finishSending()
                    _ = try peer.readToEnd()
                }
                if seed % 2 == 0 { peer.abort() } else { peer.close() }
                seed &+= 1
            }
            if deadline != nil { print("\(seed &- first) exchanges over sockets") }
        }
    }
}
