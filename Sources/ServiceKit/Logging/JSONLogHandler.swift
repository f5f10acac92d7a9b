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
        var fields = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
        if let error = event.error, fields[LogKey.cause] == nil { fields[LogKey.cause] = "\(error)" }
        var line: [UInt8] = [UInt8(ascii: "{")]
        line.reserveCapacity(512)
        Self.add("time", Date.now.formatted(Self.timeStyle), to: &line)
        Self.add("level", event.level.rawValue, to: &line)
        Self.add("logger", label, to: &line)
        Self.add("message", event.message.description, to: &line)
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            Self.add(key, value.description, to: &line)
        }
        line.append(contentsOf: "}\n".utf8)
        // A log that cannot be written has nowhere to say so.
        _ = write(STDERR_FILENO, line, line.count)
    }

    private static func add(_ key: String, _ value: String, to line: inout [UInt8]) {
        if line.count > 1 { line.append(UInt8(ascii: ",")) }
        JSONText.append(key, to: &line)
        line.append(UInt8(ascii: ":"))
        JSONText.append(value, to: &line)
    }
}
