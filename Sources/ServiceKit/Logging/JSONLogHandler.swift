internal import FoundationEssentials
internal import Glibc
public import Logging

/// Writes each log entry as one line of JSON to standard error.
public struct JSONLogHandler: LogHandler {
    /// The least severe level that is written.
    public var logLevel: Logger.Level
    /// Values that every entry carries.
    public var metadata: Logger.Metadata = [:]
    private let label: String
    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// A handler for the logger named `label`.
    public init(label: String, logLevel: Logger.Level) {
        self.label = label
        self.logLevel = logLevel
    }

    /// One of the values that every entry carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line, in one system call.
    public func log(event: LogEvent) {
        var fields = [
            "time": Date.now.formatted(Self.timeStyle),
            "level": event.level.rawValue, "logger": label, "message": event.message.description,
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields[key] = value.description
        }
        if let error = event.error { fields[LogKey.cause] = fields[LogKey.cause] ?? "\(error)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard var line = try? encoder.encode(fields) else { return }
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes { bytes in
            // A log that cannot be written has nowhere to say so.
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
