import EventLoop
import Logging
import Synchronization
import Testing

@testable import ServiceKit

/// A logger that says nothing.
let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with one loop, and ends it afterwards.
func withThreads<Result: Sendable>(
    _ body: @Sendable (Transport.Threads) async throws -> Result
) async throws -> Result {
    let loops = try EventLoopGroup(count: 1)
    try loops.start()
    let threads = Transport.Threads(loops: loops, offload: OffloadExecutor(width: 2))
    do {
        let result = try await body(threads)
        await threads.shutdown()
        return result
    } catch {
        await threads.shutdown()
        throw error
    }
}

/// Looks again and again until something holds, for what comes from outside and tells nobody; fails after a minute.
func untilTrue(_ condition: @Sendable () async -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(60)
    while await !condition() {
        try #require(clock.now < end, "it never came to hold")
        try await Task.sleep(for: .milliseconds(5))
    }
}
