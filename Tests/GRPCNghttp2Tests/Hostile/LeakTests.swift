import EventLoop
import GRPCCore
import Glibc
import Testing

@testable import GRPCNghttp2

/// 100,000 calls that end in every way there is, at moments nobody chose: afterwards nothing of them is left.
///
/// Serialized, and alone in its counts: it looks at objects by weak references, and at the process only with room for
/// what other tests do meanwhile.
@Suite(.serialized) struct LeakTests {
    private static let callCount =
        getenv("GRIMOIRE_LEAK_CALLS").flatMap { Int(String(cString: $0)) } ?? 100_000
    private static let concurrency = 64

    /// How a call ends.
    private enum Ending: UInt64, CaseIterable {
        case answered, cancelledAtOnce, cancelledLater, deadline, failed, streamed, abandonedStream, hung
    }

    private static var server: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.floods = FloodLimits(capacity: 1_000_000_000, refillPerSecond: 1_000_000_000)
        configuration.http2.streamResets = HTTP2Limits.Rate(burst: 1_000_000, perSecond: 1_000_000)
        return configuration
    }

    @Test func callsThatEndInEveryWayLeaveNothingBehind() async throws {
        try await Harness.run(server: Self.server) { harness in
            try await Self.makeCalls(harness, count: 5_000, seed: 1)
            try await harness.expectNothingUnderWay()
            let before = residentBytes()
            try await Self.makeCalls(harness, count: Self.callCount, seed: 2)
            try await harness.expectNothingUnderWay()
            // 100,000 calls that left their streams and tasks would be 200 MB and more; other tests run meanwhile.
            let growth = residentBytes() - before
            #expect(growth < 150_000_000)
            try await #expect(harness.unary(EchoService.echo, [7]).message == [7])
        }
    }

    @Test func connectionsThatBreakLeaveNothingBehind() async throws {
        try await Harness.run(server: Self.server) { harness in
            let address = harness.address
            let descriptorsBefore = openDescriptors(to: address)
            try await onOwnThread {
                for number in 0..<1_000 {
                    let peer = try RawPeer(connectingTo: address)
                    var generator = SeededGenerator(seed: UInt64(number))
                    var bytes = RawFrame.preface + RawFrame.settings().bytes
                    for call in 0..<10 {
                        let method = ["Hang", "Chat", "Drain", "Echo", "Flood"][call % 5]
                        let stream = UInt32(2 * call + 1)
                        bytes += RawFrame.headers(stream, RawFrame.call(method)).bytes
                        bytes += RawFrame.data(stream, RawFrame.message([1, 0, 0, 0, 9, 0, 0, 0])).bytes
                    }
                    let cut =
                        number % 2 == 0 ? bytes.count : Int.random(in: 0...bytes.count, using: &generator)
                    try peer.send(Array(bytes.prefix(cut)))
                    if number % 3 == 0 { _ = try? peer.readFrame() }
                    if number % 4 == 0 { peer.close() } else { peer.abort() }
                }
            }
            try await harness.expectNothingUnderWay()
            #expect(openDescriptors(to: address) <= descriptorsBefore)
        }
    }

    @Test func sessionsAndStreamsEndWithTheirConnection() async throws {
        // The objects themselves, where a connection breaks under a call that hangs.
        let loop = try EventLoop()
        try loop.start()
        let watched = Watched()
        await withTaskExecutorPreference(loop.taskExecutor) {
            var pair: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK, 0, &pair)
            let peer = RawPeer(owning: pair[1])
            do {
                let session = try HTTP2Session(
                    role: .server { [watched] id in
                        let stream = HTTP2Stream(id: id, maxMessageBytes: 100)
                        watched.stream = stream
                        return stream
                    },
                    limits: HTTP2Limits()
                )
                let connection = HTTP2Connection(
                    loop: loop,
                    socket: Socket(owning: pair[0]),
                    session: session,
                    buffers: LoopBuffers(),
                    handle: { _ in },
                    closed: { _ in }
                )
                watched.session = session
                watched.connection = connection
                try connection.start()
                try peer.greet()
                try peer.send(.headers(1, RawFrame.call("Hang")))
                for _ in 0..<1_000 where watched.stream == nil { try await loop.sleep(for: .milliseconds(1)) }
                #expect(watched.stream != nil)
                peer.abort()
                for _ in 0..<1_000 where !connection.isClosed { try await loop.sleep(for: .milliseconds(1)) }
                #expect(connection.isClosed)
            } catch {
                Issue.record(error)
            }
        }
        await loop.shutdown()
        #expect(watched.stream == nil)
        #expect(watched.connection == nil)
        #expect(watched.session == nil)
    }

    // MARK: Calls

    private static func makeCalls(_ harness: Harness, count: Int, seed: UInt64) async throws {
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                group.addTask(executorPreference: harness.clientLoops.loops[0].taskExecutor) {
                    var generator = SeededGenerator(seed: seed << 32 | UInt64(worker))
                    for _ in 0..<count / concurrency { await makeCall(harness, &generator) }
                }
            }
        }
    }

    private static func makeCall(_ harness: Harness, _ generator: inout SeededGenerator) async {
        let ending = Ending.allCases.randomElement(using: &generator) ?? .answered
        let delay = Duration.microseconds(Int64(generator.next() % 3_000))
        switch ending {
        case .answered: _ = try? await harness.unary(EchoService.echo, [1, 2, 3])
        case .failed: _ = try? await harness.unary(EchoService.fail, [9, 65])
        case .deadline:
            _ = try? await harness.unary(EchoService.hang, [], options: .with { $0.timeout = delay })
        case .streamed: _ = try? await stream(harness, messages: 3, readingAll: true)
        case .abandonedStream: _ = try? await stream(harness, messages: 3, readingAll: false)
        case .cancelledAtOnce, .cancelledLater, .hung:
            let method = ending == .hung ? EchoService.hang : EchoService.echo
            let call = Task(executorPreference: harness.clientLoops.loops[0].taskExecutor) {
                _ = try? await harness.unary(method, [1, 2, 3])
            }
            if ending != .cancelledAtOnce { try? await harness.clientLoops.loops[0].sleep(for: delay) }
            call.cancel()
            await call.value
        }
    }

    private static func stream(_ harness: Harness, messages: Int, readingAll: Bool) async throws {
        try await harness.client.bidirectionalStreaming(
            request: StreamingClientRequest { writer in
                for number in 0..<messages { try await writer.write([UInt8(number)]) }
            },
            descriptor: EchoService.chat,
            serializer: Plain(),
            deserializer: Plain(),
            options: .defaults
        ) { response in
            for try await _ in response.messages where !readingAll { return }
        }
    }
}

/// Objects that are to go.
private final class Watched: @unchecked Sendable {
    weak var stream: HTTP2Stream?
    weak var session: HTTP2Session?
    weak var connection: HTTP2Connection?
}

extension Harness {
    /// Calls are over on both sides, of the connections at most the client's own is left.
    fileprivate func expectNothingUnderWay() async throws {
        for _ in 0..<10_000 {
            let server = await serverTransport.census
            let client = await clientTransport.census
            if server.calls == 0, server.connections <= 1, client.calls == 0, client.waiting == 0 { break }
            try await clientLoops.loops[0].sleep(for: .milliseconds(1))
        }
        let server = await serverTransport.census
        #expect(server.calls == 0)
        #expect(server.connections <= 1)
        let client = await clientTransport.census
        #expect(client.calls == 0)
        #expect(client.waiting == 0)
    }
}

/// This process's memory in bytes, without what is swapped out (proc(5), statm).
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
}

/// How many of this process's sockets have this address as their own.
private func openDescriptors(to address: SocketAddress) -> Int {
    (0..<4_096).count { SocketAddress(localOf: Int32($0)) == address }
}
