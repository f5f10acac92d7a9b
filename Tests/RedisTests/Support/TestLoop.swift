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
        try await RedisConnection.connect(configuration, on: loop, offload: offload)
    }

    func connect(_ url: String) async throws(RedisError) -> RedisConnection {
        try await connect(RedisConfiguration(url: url))
    }

    /// A client that runs while `body` does.
    func withClient(
        _ configuration: RedisConfiguration,
        _ body: (RedisClient) async throws -> Void
    ) async throws {
        let client = RedisClient(configuration: configuration, loop: loop, offload: offload)
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
