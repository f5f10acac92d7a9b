import EventLoop
import Testing

@testable import Redis

/// A loop and offload threads for one test.
struct TestLoop {
    let loop: EventLoop
    let offload: OffloadExecutor

    static func with(_ body: (TestLoop) async throws -> Void) async throws {
        let loop = try EventLoop()
        try loop.start()
        let offload = OffloadExecutor(width: 2)
        var failure: (any Error)?
        do { try await body(TestLoop(loop: loop, offload: offload)) } catch { failure = error }
        await offload.shutdown()
        await loop.shutdown()
        if let failure { throw failure }
    }

    func connect(_ configuration: RedisConfiguration) async throws(RedisError) -> RedisConnection {
        try await RedisConnection.connect(Self.patient(configuration), on: loop, offload: offload)
    }

    func connect(_ url: String) async throws(RedisError) -> RedisConnection {
        try await connect(RedisConfiguration(url: url))
    }

    /// A test says itself when it wants a short time; elsewhere a busy machine must not fail it.
    private static func patient(_ configuration: RedisConfiguration) -> RedisConfiguration {
        var patient = configuration
        if patient.commandTimeout == .seconds(1) { patient.commandTimeout = .seconds(30) }
        if patient.connectTimeout == .seconds(2) { patient.connectTimeout = .seconds(30) }
        return patient
    }

    /// A client that runs while `body` does.
    func withClient(
        _ configuration: RedisConfiguration,
        _ body: (RedisClient) async throws -> Void
    ) async throws {
        let client = RedisClient(configuration: Self.patient(configuration), loop: loop, offload: offload)
        let run = Task { await client.run() }
        var failure: (any Error)?
        do { try await body(client) } catch { failure = error }
        run.cancel()
        await run.value
        if let failure { throw failure }
    }
}

/// A text's bytes.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What a call throws.
func failure<Value>(_ body: () async throws(RedisError) -> Value) async -> RedisError? {
    do throws(RedisError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
