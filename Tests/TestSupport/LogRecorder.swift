package import Logging
internal import Synchronization

/// What was logged, for tests.
package final class LogRecorder: Sendable {
    package struct Line: Sendable {
        package let level: Logger.Level
        package let message: String
        package let metadata: Logger.Metadata
    }

    private let box = LineBox()

    package init() {}

    package var lines: [Line] { box.lines.withLock { $0 } }

    package func logger(_ level: Logger.Level = .trace) -> Logger {
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
