/// What a run may use. Each limit has a name, which a run that crosses it reports.
///
/// Small on purpose: a dry run answers a question about a program, it does not do the program's work.
public struct ExecutionLimits: Hashable, Sendable {
    /// Units of work, each roughly an instruction of the program: some nanoseconds.
    public var steps: Int
    /// Bytes that the program's values take.
    public var memoryBytes: Int
    /// Active calls of functions, CPython's recursion limit: one more raises `RecursionError`.
    public var depth: Int
    /// Bytes of printed text, and of recorded values beside it.
    public var outputBytes: Int
    /// Bits of the largest integer.
    public var integerBits: Int
    /// How deep functions may stand in each other through code of the sandbox: `sorted` calling a key function that
    /// sorts. Each level takes about two kilobytes of the thread's stack; where less is left, the limit is lower.
    public var nativeDepth: Int

    /// Limits that fit a dry run in a service.
    public init(
        steps: Int = 10_000_000,
        memoryBytes: Int = 64 << 20,
        depth: Int = 1000,
        outputBytes: Int = 1 << 20,
        integerBits: Int = 1 << 20,
        nativeDepth: Int = 150
    ) {
        self.steps = steps
        self.memoryBytes = memoryBytes
        self.depth = depth
        self.outputBytes = outputBytes
        self.integerBits = integerBits
        self.nativeDepth = nativeDepth
    }
}

/// Stops a run from another thread.
public final class StopRequest: Sendable {
    let signal = StopSignal()

    /// A request that nobody has made yet.
    public init() {}

    /// Asks the run to stop; it does so within a fraction of a millisecond.
    public func stop() { signal.request() }
}
