internal import EventLoop
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Answers GETs of a few fixed paths over HTTP/1.1: health, readiness, metrics. See the documentation for why it is ours.
struct HTTPResponder: Service {
    /// What may be asked, by path.
    typealias Routes = [String: @Sendable () async -> HTTPAnswer]

    /// Connections at once; one more is closed as soon as it is accepted.
    static let maxConnections = 64
    /// Requests on one connection.
    private static let maxRequests = 10_000
    /// How long a connection may wait for its next request.
    private static let idleTime: Duration = .seconds(60)
    /// How long a request may take to come, from its first byte.
    private static let headTime: Duration = .seconds(5)
    /// How long the peer may take to read an answer.
    private static let sendTime: Duration = .seconds(5)
    /// How long nothing is accepted once no descriptor is left.
    private static let exhaustionPause: Duration = .milliseconds(100)
    private static let readSize = 2_048
    /// After a refusal, what still comes is read away so often and so long: closed at once, the kernel would take the answer
    /// back (RFC 9112, section 9.6).
    private static let lastReads = 32
    private static let lastTime: Duration = .milliseconds(500)

    private let port: ListeningPort
    private let loop: EventLoop
    private let routes: Routes

    init(port: ListeningPort, loop: EventLoop, routes: Routes) {
        self.port = port
        self.loop = loop
        self.routes = routes
    }

    /// Serves until a graceful shutdown: the last service to stop, so that it can tell of the stopping.
    func run() async throws {
        let listener = LoopSocket(owning: port.descriptor, loop: loop)
        // All of it on the loop: whatever keeps Swift's own threads busy, a health check is answered.
        await withTaskExecutorPreference(loop.taskExecutor) {
            await cancelWhenGracefulShutdown { await serve(listener) }
        }
        await listener.close()
    }

    private func serve(_ listener: LoopSocket) async {
        let open = OpenConnections()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let accepted: Int32?
                do {
                    accepted = try await listener.accept()
                } catch {
                    break
                }
                guard let accepted else {
                    try? await loop.sleep(for: Self.exhaustionPause)
                    continue
                }
                let socket = LoopSocket(owning: accepted, loop: loop)
                guard open.add(limit: Self.maxConnections) else {
                    await socket.close()
                    continue
                }
                group.addTask(executorPreference: loop.taskExecutor) {
                    await serve(connection: socket)
                    open.remove()
                }
            }
            group.cancelAll()
        }
    }

    private func serve(connection socket: LoopSocket) async {
        var parser = HTTPRequestParser()
        for number in 1...Self.maxRequests {
            do {
                guard let request = try await read(&parser, socket) else { break }
                let answer = await routes[request.path]?() ?? .refusal(404)
                let closes = !request.isPersistent || number == Self.maxRequests || Task.isCancelled
                try await socket.send(
                    answer.bytes(isHead: request.isHead, closes: closes),
                    within: Self.sendTime
                )
                if closes { break }
            } catch let refusal as HTTPRequestParser.Refusal {
                let bytes = HTTPAnswer.refusal(refusal.rawValue).bytes(isHead: false, closes: true)
                try? await socket.send(bytes, within: Self.sendTime)
                await socket.drain(reads: Self.lastReads, within: Self.lastTime)
                break
            } catch {
                break
            }
        }
        await socket.close()
    }

    /// The next request; nil where the peer has ended.
    private func read(
        _ parser: inout HTTPRequestParser,
        _ socket: LoopSocket
    ) async throws -> HTTPRequestParser.Request? {
        let clock = ContinuousClock()
        var deadline: ContinuousClock.Instant?
        while true {
            if let request = try parser.next() { return request }
            if deadline == nil, !parser.isEmpty { deadline = clock.now + Self.headTime }
            let time = deadline.map { max(.zero, $0 - clock.now) } ?? Self.idleTime
            let bytes = try await socket.receive(atMost: Self.readSize, within: time)
            guard !bytes.isEmpty else { return nil }
            parser.append(bytes)
        }
    }
}

/// How many connections are open.
private final class OpenConnections: Sendable {
    private let count = Atomic<Int>(0)

    /// Counts one more; false, and not counted, where there are `limit`.
    func add(limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        remove()
        return false
    }

    func remove() { count.subtract(1, ordering: .relaxed) }
}
