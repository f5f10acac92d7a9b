public import GRPCCore
internal import Logging

/// Writes one line for each call that failed, and at debug one for each other.
///
/// What is wrong on our side is an error, what is away a warning, what callers do wrong is info. Neither tokens nor code,
/// names or prompts are in it: a record has none of them.
struct CallLog: CallObserver {
    private let logger: Logger
    /// How much of a cause is written.
    private static let maxCauseLength = 1_000

    init(logger: Logger) {
        self.logger = logger
    }

    func began(_ method: MethodDescriptor) {}

    func ended(_ record: CallRecord) {
        let level = Self.level(of: record.code)
        guard level >= logger.logLevel else { return }
        var metadata: Logger.Metadata = [
            LogKey.method: "\(record.method)",
            LogKey.code: "\(record.code.name)",
            LogKey.milliseconds: "\(record.duration.inMilliseconds)",
            LogKey.trace: "\(record.trace.traceID)",
        ]
        if let caller = record.caller {
            metadata[LogKey.organization] = "\(caller.organizationID.text)"
            metadata[LogKey.user] = "\(caller.userID.text)"
        }
        if let process = record.processID { metadata[LogKey.process] = "\(process.text)" }
        if let version = record.versionNumber { metadata[LogKey.version] = "\(version)" }
        if let cause = record.cause { metadata[LogKey.cause] = "\(cause.prefix(Self.maxCauseLength))" }
        logger.log(
            level: level,
            record.code == .ok ? "A call was answered" : "A call failed",
            metadata: metadata
        )
    }

    private static func level(of code: Status.Code) -> Logger.Level {
        switch code {
        case .ok: .debug
        case .internalError, .unknown, .dataLoss: .error
        case .unavailable, .deadlineExceeded: .warning
        default: .info
        }
    }
}

extension Status.Code {
    /// The code as the protocol writes it: `NOT_FOUND`.
    public var name: String {
        switch self {
        case .ok: "OK"
        case .cancelled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internalError: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        default: "CODE_\(rawValue)"
        }
    }
}
