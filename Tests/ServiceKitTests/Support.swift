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

/// What was logged, for tests.
final class LogRecorder: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: Logger.Metadata
    }

    private let box = LineBox()

    var lines: [Line] { box.lines.withLock { $0 } }

    func logger(_ level: Logger.Level = .trace) -> Logger {
        let box = box
        return Logger(label: "tests") { _ in Handler(box: box, logLevel: level) }
    }

    private struct Handler: LogHandler {
        let box: LineBox
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        init(box: LineBox, logLevel: Logger.Level) {
            self.box = box
            self.logLevel = logLevel
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(level: event.level, message: "\(event.message)", metadata: event.metadata ?? [:])
            box.lines.withLock { $0.append(line) }
        }
    }
}

private final class LineBox: Sendable {
    let lines = Mutex<[LogRecorder.Line]>([])
}
