public import SPySyntax

/// Runs SPy programs within budgets and without any outside: no files, no network, no clock, no randomness but seeded.
///
/// ```swift
/// var sandbox = Sandbox()
/// sandbox.actions = ["send_email": .returns("true")]
/// let outcome = sandbox.run(parse(code), calling: .init("main", arguments: #"{"customer": "C-17"}"#))
/// ```
///
/// The answers are CPython 3.11's. Equal inputs give equal outcomes, steps included. A run takes place on the calling
/// thread, which needs no more than 512 KiB of stack; run it where nothing waits for it.
public struct Sandbox: Sendable {
    /// What a run may use.
    public var limits: ExecutionLimits
    /// What the names that a program does not define stand for. A dotted name answers for `crm.lookup(…)`.
    public var actions: [String: ActionStub]
    /// What undefined names without an entry in ``actions`` stand for; nothing makes them a `NameError`, as in CPython.
    public var otherActions: ActionStub?
    /// Expressions whose values are noted, by their place in the source. A place at which a name is assigned notes the
    /// value assigned.
    public var watches: [SourceRange]

    /// A sandbox without actions and watches.
    public init(limits: ExecutionLimits = ExecutionLimits()) {
        self.limits = limits
        actions = [:]
        otherActions = nil
        watches = []
    }

    /// A function to call after the module has run.
    public struct Call: Hashable, Sendable {
        /// The function's name.
        public var function: String
        /// A JSON array of positional arguments or a JSON object of named ones.
        public var arguments: String

        /// A call with arguments as JSON: an array by position, an object by name.
        public init(_ function: String, arguments: String = "[]") {
            self.function = function
            self.arguments = arguments
        }
    }

    /// Runs a program, then calls one of its functions if that was asked for.
    public func run(_ program: ParseResult, calling call: Call? = nil, stop: StopRequest = StopRequest())
        -> Outcome
    {
        Run(self, program, call, stop).outcome()
    }
}
