/// What the runs of a process say together, over a period. As process storage summarises them.
public struct ExecutionFigures: Sendable, Hashable {
    /// When the period begins, as it is to be read: `2026-10-01`.
    public var from: String
    /// When it ends, as it is to be read.
    public var to: String
    /// All runs.
    public var total: RunFigures
    /// By version, the newest first.
    public var versions: [RunFigures]
    /// By version, line and type, the most frequent first.
    public var errors: [ErrorFigures]
    /// Actions by total time.
    public var slowestActions: [ActionFigures]
    /// Actions by failures.
    public var failingActions: [ActionFigures]

    /// Figures.
    public init(
        from: String,
        to: String,
        total: RunFigures,
        versions: [RunFigures] = [],
        errors: [ErrorFigures] = [],
        slowestActions: [ActionFigures] = [],
        failingActions: [ActionFigures] = []
    ) {
        self.from = from
        self.to = to
        self.total = total
        self.versions = versions
        self.errors = errors
        self.slowestActions = slowestActions
        self.failingActions = failingActions
    }
}

/// Runs taken together.
public struct RunFigures: Sendable, Hashable {
    /// Which version they are of; 0: of several.
    public var version: Int32
    /// How many there are.
    public var runs: Int64
    /// How many came to their end.
    public var succeeded: Int64
    /// How many raised an exception.
    public var failed: Int64
    /// How many ran out of time.
    public var timedOut: Int64
    /// How many were stopped.
    public var cancelled: Int64
    /// Half of the runs took no longer.
    public var p50: Duration
    /// 95 of 100 took no longer.
    public var p95: Duration

    /// Runs.
    public init(
        version: Int32,
        runs: Int64,
        succeeded: Int64,
        failed: Int64 = 0,
        timedOut: Int64 = 0,
        cancelled: Int64 = 0,
        p50: Duration = .zero,
        p95: Duration = .zero
    ) {
        self.version = version
        self.runs = runs
        self.succeeded = succeeded
        self.failed = failed
        self.timedOut = timedOut
        self.cancelled = cancelled
        self.p50 = p50
        self.p95 = p95
    }

    /// Of 1: runs that came to their end; 0 where nothing ran.
    public var successRate: Double { runs > 0 ? Double(succeeded) / Double(runs) : 0 }
}

/// Failures of one kind at one place.
public struct ErrorFigures: Sendable, Hashable {
    /// The version that ran.
    public var version: Int32
    /// The line, from 1; 0 where it is not known.
    public var line: Int32
    /// The exception's class.
    public var type: String
    /// How often.
    public var count: Int64
    /// What the last of them said.
    public var lastMessage: String

    /// Failures.
    public init(version: Int32, line: Int32, type: String, count: Int64, lastMessage: String = "") {
        self.version = version
        self.line = line
        self.type = type
        self.count = count
        self.lastMessage = lastMessage
    }
}

/// All calls of one action.
public struct ActionFigures: Sendable, Hashable {
    /// The action.
    public var name: String
    /// How often it was called.
    public var calls: Int64
    /// How many of the calls failed.
    public var failures: Int64
    /// How long the calls took together.
    public var total: Duration
    /// How many runs called it.
    public var runs: Int64

    /// Calls.
    public init(name: String, calls: Int64, failures: Int64, total: Duration, runs: Int64) {
        self.name = name
        self.calls = calls
        self.failures = failures
        self.total = total
        self.runs = runs
    }

    /// How long one call took.
    public var mean: Duration { calls > 0 ? total / Int(clamping: calls) : .zero }
    /// Of 1: calls that failed.
    public var failureRate: Double { calls > 0 ? Double(failures) / Double(calls) : 0 }
}
