/// What a run gave.
public struct Outcome: Hashable, Sendable {
    /// The result of the function that was called, or `null` where only the module ran; nothing where the run failed.
    public let result: Result?
    /// What the program printed.
    public let output: String
    /// The actions that were called, in order.
    public let actions: [ActionCall]
    /// The values of the watched expressions, in the order of the watches.
    public let watched: [WatchedValues]
    /// Units of work spent.
    public let steps: Int
    /// Why the run failed.
    public let error: Failure?

    /// Whether the run came to its end.
    public var isSuccess: Bool { error == nil }

    /// A result.
    public struct Result: Hashable, Sendable {
        /// As JSON; what JSON cannot say is a string in it, the value's `repr`.
        public let json: String
        /// Whether JSON could say everything.
        public let isExact: Bool
        /// As `repr` gives it.
        public let repr: String
    }

    /// Why a run failed.
    public struct Failure: Hashable, Sendable {
        /// What kind of failure it is.
        public enum Kind: String, Hashable, Sendable {
            /// The program raised an exception that nobody caught.
            case exception
            /// A budget is spent.
            case budget
            /// Somebody stopped the run.
            case stopped
            /// The program cannot be run, or the call does not fit it.
            case refused
        }

        /// What kind of failure it is.
        public let kind: Kind
        /// The exception's class, `BudgetExceeded`, `Stopped` or `Refused`.
        public let type: String
        /// The exception's message, or a sentence.
        public let message: String
        /// The name of the spent budget: `steps`, `memory`, `depth`, `output` or `integer size`.
        public let budget: String?
        /// The line where it happened, counted from 1.
        public let line: Int?
        /// The active calls at that place, outermost first.
        public let traceback: [TracebackEntry]
    }
}
