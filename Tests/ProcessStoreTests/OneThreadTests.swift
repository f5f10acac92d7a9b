import EventLoop
import Foundation
import GRPCCore
import GRPCNghttp2
import GrimoireAPI
import Logging
import Postgres
import ServiceKit
import SwiftProtobuf
import Synchronization
import Testing

@testable import ProcessStore

/// The service as it is, with its database, on one loop that counts what comes from other threads.
@Suite struct OneThreadTests {
    /// Where interceptors stand before and after the rest of a call.
    private struct ThreadRecorder: ServerInterceptor {
        let loop: EventLoop
        let elsewhere = Counter()

        func intercept<Input: Sendable, Output: Sendable>(
            request: StreamingServerRequest<Input>,
            context: ServerContext,
            next:
                @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
                StreamingServerResponse<Output>
        ) async throws -> StreamingServerResponse<Output> {
            if !loop.isCurrent { elsewhere.add() }
            defer { if !loop.isCurrent { elsewhere.add() } }
            return try await next(request, context)
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    private static func setting(_ name: String) throws -> String {
        try #require(
            ProcessInfo.processInfo.environment[name],
            "\(name) is not set: scripts/test starts the servers and sets it"
        )
    }

    /// A call comes in on a thread, is verified there, asks PostgreSQL there and is answered there. Had any step left the
    /// loop's thread, coming back would have cost a wake-up.
    @Test func aCallOverTheRealServiceNeverLeavesTheThreadOfItsConnection() async throws {
        let settings = try await ServiceProgram.settings(
            arguments: [],
            known: ProcessServiceConfiguration.Settings.all,
            environment: [
                "GRIMOIRE_LISTEN_PORT": "0", "GRIMOIRE_EVENT_LOOPS": "1",
                "GRIMOIRE_AUTH_JWKS_FILE": try Self.setting("GRIMOIRE_STATE") + "/keys/jwks.json",
                "GRIMOIRE_SIGNING_KEYS_FILE": try Self.setting("GRIMOIRE_STATE") + "/keys/signing.json",
                "GRIMOIRE_AUTH_ISSUER": "grimoire-local", "GRIMOIRE_DATABASE_MIGRATE": "false",
                "GRIMOIRE_DATABASE_APPLICATION_URL": try Self.setting("GRIMOIRE_DATABASE_APPLICATION_URL"),
            ]
        )
        let configuration = try ProcessServiceConfiguration(reading: settings)
        let threads = try Transport.Threads(configuration.service)
        let loop = threads.loops.loops[0]
        let workshop = OffloadExecutor(width: 1)
        let store = ProcessStore(
            configuration: configuration.application,
            loops: threads.loops,
            offload: threads.offload,
            workshop: workshop,
            limits: configuration.poolLimits,
            cacheBytes: configuration.cacheBytes,
            keys: try SigningKeys(file: configuration.signingKeysFile)
        )
        let recorder = ThreadRecorder(loop: loop)
        let host = try await GRPCHost(
            services: [ServedProcessManager(service: ProcessManagerService(store: store))],
            // None is audited: batches of records, brought beside the calls, would be counted with them.
            descriptors: [],
            requirements: ProcessService.requirements,
            configuration: configuration.service,
            threads: threads,
            verifier: try await TokenVerifier(configuration: configuration.service.authentication),
            logger: Logger(label: "test"),
            innermost: [recorder]
        )
        let clients = try Transport.Threads(configuration.service)
        let token = try Self.setting("GRIMOIRE_TOKEN")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await host.run() }
            let client = GRPCClient(
                transport: try Nghttp2ClientTransport(
                    target: try Target(try await host.listeningAddress),
                    loops: clients.loops,
                    offload: clients.offload
                )
            )
            group.addTask { try await client.runConnections() }
            let manager = Grimoire_V1_ProcessManager.Client(wrapping: client)
            let metadata: Metadata = ["authorization": "Bearer \(token)"]
            let created = try await manager.createProcess(
                .with {
                    $0.name = "One thread \(UUID())"
                    $0.spyCode = "def run():\n    pass\n"
                },
                metadata: metadata
            )
            let request = Grimoire_V1_GetProcessRequest.with { $0.processID = created.processID }
            let begin = ContinuousClock.now
            let before = await statistics(of: loop)
            let count = 200
            for _ in 0..<count { _ = try await manager.getProcess(request, metadata: metadata) }
            for _ in 0..<count {
                _ = try await manager.getProcess(
                    .with {
                        $0.processID = created.processID
                        $0.versionNumber = 1
                    },
                    metadata: metadata
                )
            }
            let after = await statistics(of: loop)
            // Each reading of the statistics comes from another thread, and wakes the loop up once; so does each look at
            // the file of keys, one a second. A call that changed its thread would do so hundreds of times.
            let seconds = Int((ContinuousClock.now - begin).components.seconds)
            #expect(after.wakeUps - before.wakeUps <= 2 + 3 * (seconds + 1))
            #expect(after.jobs - before.jobs >= count)
            #expect(recorder.elsewhere.count == 0)
            _ = try await manager.deleteProcess(
                .with { $0.processID = created.processID },
                metadata: metadata
            )
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        await store.shutdown()
        await workshop.shutdown()
        await clients.shutdown()
        await threads.shutdown()
    }

    private func statistics(of loop: EventLoop) async -> EventLoop.Statistics {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: loop.statistics) }
        }
    }
}
