internal import FoundationEssentials
public import Logging

/// Keeps audit records in the log, for services that have no database of their own.
public struct LogAuditSink: AuditSink {
    private let logger: Logger

    /// A sink that writes each record to `logger`, at info.
    public init(logger: Logger) {
        self.logger = logger
    }

    /// Writes one line for each record.
    public func store(_ records: [AuditRecord]) async {
        for record in records { Self.write(record, "An operation", to: logger, level: .info) }
    }

    static func write(
        _ record: AuditRecord,
        _ message: Logger.Message,
        to logger: Logger,
        level: Logger.Level
    ) {
        var metadata: Logger.Metadata = [
            LogKey.method: "\(record.method)",
            LogKey.code: "\(record.outcome)",
            LogKey.milliseconds: "\(record.duration.inMilliseconds)",
        ]
        if !record.traceID.isEmpty { metadata[LogKey.trace] = "\(record.traceID)" }
        if record.count > 1 { metadata[LogKey.count] = "\(record.count)" }
        metadata[LogKey.user] = record.userID.map { "\($0.text)" }
        metadata[LogKey.organization] = record.organizationID.map { "\($0.text)" }
        metadata[LogKey.process] = record.processID.map { "\($0.text)" }
        metadata[LogKey.version] = record.versionNumber.map { "\($0)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
