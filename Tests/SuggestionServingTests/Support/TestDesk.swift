import CoreMetrics
import EventLoop
import FoundationEssentials
import GRPCCore
import GRPCNghttp2
import GrimoireAPI
import LiteLLM
import Logging
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

/// A chat desk with process storage and a model of the test's own.
struct TestDesk: Sendable {
    let desk: ChatDesk
    let storage: FakeRecords
    let upstream: ScriptedUpstream
    let caller = Caller(userID: UUID(), organizationID: UUID(), roles: [.editor])

    /// A wish for the test's process.
    func order(
        _ message: String,
        session: String = "s",
        context: [String: String] = [:],
        caller: Caller? = nil
    ) throws -> ChatOrder {
        try ChatOrder(
            .with {
                $0.processID = storage.processID.text
                $0.sessionID = session
                $0.message = message
                $0.context = context
            },
            caller: caller ?? self.caller,
            credentials: ["authorization": "Bearer test"]
        )
    }

    /// Asks, and gathers the answer.
    func ask(
        _ message: String,
        session: String = "s",
        context: [String: String] = [:],
        caller: Caller? = nil
    ) async throws -> [ChatPiece] {
        let pieces = Mutex<[ChatPiece]>([])
        try await desk.serve(try order(message, session: session, context: context, caller: caller)) {
            piece in
            pieces.withLock { $0.append(piece) }
        }
        return pieces.withLock { $0 }
    }

    /// Goes on after a piece.
    func resume(after sequence: Int, session: String = "s") async throws -> [ChatPiece] {
        try await ask("", session: session, context: ["resume_after": "\(sequence)"])
    }
}

/// Runs `body` with a desk of its own.
///
/// - Parameters:
///   - model: Which model is asked, and how much.
///   - limits: How often may be asked.
///   - known: What is known of processes; as it is, no change is heard of, and so nothing is believed.
///   - script: What the model does with each request.
func withDesk(
    model: ModelChoice = ModelChoice(name: "m"),
    limits: AdmissionLimits = AdmissionLimits(),
    sessions: SessionLimits = SessionLimits(count: 100, idleTime: .seconds(600), replayBytes: 65_536),
    known: KnownProcesses = KnownProcesses(),
    script: @escaping ScriptedUpstream.Script,
    _ body: (TestDesk) async throws -> Void
) async throws {
    let loops = try EventLoopGroup(count: 2)
    let offload = OffloadExecutor(width: 2)
    try loops.start()
    let storage = FakeRecords()
    let transport = Nghttp2ServerTransport(
        address: try SocketAddress(host: "127.0.0.1", port: 0),
        loops: loops,
        offload: offload
    )
    let server = GRPCServer(transport: transport, services: [storage])
    let upstream = try ScriptedUpstream(script)
    let threads = Transport.Threads(loops: loops, offload: offload)
    var failure: (any Error)?
    await withTaskGroup { group in
        group.addTask { try? await server.serve() }
        do {
            let address = try await transport.listeningAddress.description
            let port = Int(address.split(separator: ":").last ?? "") ?? 0
            let processes = try ServiceClient(
                address: try #require(HostPort("127.0.0.1:\(port)")),
                threads: threads
            )
            group.addTask { try? await processes.run() }
            let records = ProcessRecords(
                records: Grimoire_V1_SuggestionRecords.Client(wrapping: processes.client),
                processes: Grimoire_V1_ProcessManager.Client(wrapping: processes.client),
                loops: loops,
                patience: .seconds(60)
            )
            let metrics = SuggestionMetrics(factory: NOOPMetricsHandler.instance)
            let recorder = SuggestionRecorder(
                records: records,
                loop: loops.loops[0],
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                metrics: metrics
            )
            group.addTask { await recorder.run() }
            var configuration = try LiteLLMConfiguration(url: upstream.url, key: "sk-test")
            configuration.firstChunkTimeout = .seconds(60)
            configuration.nextChunkTimeout = .seconds(60)
            configuration.retries.attempts = 1
            let models = LiteLLMClients(configuration: configuration, loops: loops)
            let limiter = RateLimiter<UUID>(limits, loop: loops.loops[0])
            let desk = ChatDesk(
                sessions: SessionTable(sessions, loops: loops),
                leases: nil,
                pipeline: ChatPipeline(
                    records: records,
                    processes: known,
                    // Fresh for as long as any test takes, on any machine.
                    contexts: ProcessContexts(
                        freshTime: .seconds(600),
                        lifetime: .seconds(600),
                        loop: loops.loops[0]
                    ),
                    recorder: recorder,
                    cache: AnswerCache(
                        CacheLimits(bytes: 1 << 20, lifetime: .seconds(600)),
                        redis: nil,
                        loop: loops.loops[0]
                    ),
                    similar: nil,
                    asking: ModelAsking(model: model, clients: models, limiter: limiter),
                    offload: offload,
                    metrics: metrics
                )
            )
            do {
                try await body(TestDesk(desk: desk, storage: storage, upstream: upstream))
            } catch {
                failure = error
            }
            await recorder.close()
            await limiter.close()
            await models.shutdown()
            processes.client.beginGracefulShutdown()
        } catch {
            failure = error
        }
        upstream.stop()
        server.beginGracefulShutdown()
        await group.waitForAll()
    }
    await loops.shutdown()
    await offload.shutdown()
    if let failure { throw failure }
}

/// A flag that a thread of an upstream and a test hand to each other.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    /// From any thread.
    func open() { continuation.yield() }

    /// Waits until it is opened.
    func wait() async {
        var iterator = stream.makeAsyncIterator()
        await iterator.next()
    }
}

/// What a wish is refused with.
func failure<Value>(_ body: () async throws -> Value) async -> ChatFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return ChatFailure(error)
    }
}
