import EventLoop
import GRPCCore
import Glibc
import Testing

@testable import GRPCNghttp2

/// Calls and connections that miss each other.
@Suite struct ClientConnectionLossTests {
    @Test func aCallWhosePlaceIsOnAConnectionThatHasGoneIsMadeOnAnother() async throws {
        let (mayGo, isBack) = (Flag(), Flag())
        try await HostileServer.run { peer, number in
            try peer.welcome()
            if number == 0 {
                for _ in 0..<10_000 where !mayGo.isSet { usleep(1_000) }
                return peer.abort()
            }
            isBack.set()
            try peer.answerAll()
        } _: { server in
            let answer = try await server.transport.withStream(
                descriptor: EchoService.echo,
                options: .defaults
            ) { stream, _ in
                // The stream has its place, and has not begun. Now its connection goes, and the next one comes.
                mayGo.set()
                for _ in 0..<1_000 where !isBack.isSet {
                    try await server.loops.loops[0].sleep(for: .milliseconds(1))
                }
                try await stream.outbound.write(.metadata([:]))
                try await stream.outbound.write(.message(MessageBytes([1])))
                await stream.outbound.finish()
                var answer: [UInt8] = []
                for try await part in stream.inbound {
                    if case .message(let message) = part { message.withUnsafeBytes { answer += $0 } }
                }
                return answer
            }
            #expect(answer == [42])
        }
    }
}
