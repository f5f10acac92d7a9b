internal import SPyAnalysis
internal import SPySandbox
internal import SPySyntax

/// How a run of a proposed program in the sandbox went, with actions that answer nothing.
///
/// The module is run; then its entry, where that needs no arguments: the function `main`, or else the only
/// one that no other function calls. That a program fails where an action answered nothing says little, so it
/// does not keep it from being offered.
public struct DryRun: Sendable, Hashable {
    /// How it ended.
    public let status: Status
    /// The function that was called; empty where only the module ran.
    public let entry: String
    /// Why it was not run, or how it failed; empty otherwise.
    public let reason: String
    /// The line where it failed, from 1; 0 where it did not.
    public let line: Int
    /// Units of work.
    public let steps: Int
    /// Names of the actions called, in order, at most 50.
    public let actions: [String]

    /// How a run ended.
    public enum Status: String, Sendable, Hashable {
        /// It came to its end.
        case succeeded
        /// An exception was raised.
        case failed
        /// It took too much of something: it may not end.
        case exhausted
        /// It was not begun.
        case notRun = "not_run"
    }

    /// What a run may use: about a hundredth of a second.
    static let limits = ExecutionLimits(
        steps: 500_000,
        memoryBytes: 16 << 20,
        depth: 200,
        outputBytes: 64 << 10,
        integerBits: 1 << 16,
        nativeDepth: 50
    )

    init(status: Status, reason: String) {
        self.status = status
        entry = ""
        self.reason = reason
        line = 0
        steps = 0
        actions = []
    }

    init(of program: ParseResult, _ analysis: Analysis) {
        var sandbox = Sandbox(limits: DryRun.limits)
        sandbox.otherActions = .returns("null")
        entry = DryRun.entry(program, analysis) ?? ""
        let outcome = sandbox.run(program, calling: entry.isEmpty ? nil : Sandbox.Call(entry))
        steps = outcome.steps
        actions = outcome.actions.prefix(50).map(\.name)
        line = outcome.error?.line ?? 0
        if let error = outcome.error {
            status = error.kind == .budget ? .exhausted : error.kind == .refused ? .notRun : .failed
            reason = TextCut.prefix("\(error.type): \(error.message)", bytes: 400)
        } else {
            status = .succeeded
            reason = ""
        }
    }

    /// A function that can be called with nothing.
    private static func entry(_ program: ParseResult, _ analysis: Analysis) -> String? {
        var called: Set<String> = []
        for call in analysis.calls {
            if case .function(let path) = call.callee, call.caller != path { called.insert(path) }
        }
        let tree = program.tree
        var free: [String] = []
        for id in tree[tree.body] {
            guard case .functionDefinition(let function) = tree[id] else { continue }
            let needs = tree[function.parameters].contains { parameter in
                parameter.defaultValue == nil && parameter.kind != .variadic
                    && parameter.kind != .variadicKeyword
            }
            let name = tree.string(function.name)
            if name == "main" { return needs ? nil : name }
            if !called.contains(name) { free.append(needs ? "" : name) }
        }
        return free.count == 1 && free[0] != "" ? free[0] : nil
    }

    var json: String {
        JSONText.object([
            ("status", JSONText.string(status.rawValue)),
            ("entry", entry.isEmpty ? nil : JSONText.string(entry)),
            ("reason", reason.isEmpty ? nil : JSONText.string(reason)),
            ("line", line > 0 ? String(line) : nil),
            ("steps", String(steps)), ("actions", actions.isEmpty ? nil : JSONText.strings(actions)),
        ])
    }
}
