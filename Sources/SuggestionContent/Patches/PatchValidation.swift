internal import SPyAnalysis
internal import SPySandbox
internal import SPySyntax

/// What SPy says of a proposed program.
public struct PatchValidation: Sendable, Hashable {
    /// What is wrong or looks wrong, in the order of the text, at most ``maximumDiagnostics``.
    public let diagnostics: [Problem]
    /// Security rules that it breaks, each once.
    public let securityRules: [String]
    /// How a run in the sandbox went.
    public let dryRun: DryRun

    /// The most diagnostics that are kept, errors first.
    public static let maximumDiagnostics = 50

    /// One diagnostic; lines and columns from 1.
    public struct Problem: Sendable, Hashable {
        /// The rule.
        public let rule: String
        /// `error` or `warning`.
        public let severity: String
        /// What is so.
        public let message: String
        /// What to do.
        public let hint: String
        /// The line in the proposed program.
        public let line: Int
        /// The column in code points.
        public let column: Int
        /// Whether the present program has it too.
        public let isKnown: Bool
    }

    /// Checks a program, and runs it where it is accepted.
    ///
    /// - Parameters:
    ///   - code: The proposed program.
    ///   - present: The program that it stands for.
    public init(of code: String, insteadOf present: String) {
        let analysis = analyze(code)
        let before = analyze(present)
        let known = Set(before.diagnostics.map { [$0.rule.rawValue, $0.message] })
        let problems = analysis.diagnostics.map { diagnostic in
            let position = analysis.source.position(at: diagnostic.range.start)
            return Problem(
                rule: diagnostic.rule.rawValue,
                severity: diagnostic.severity.rawValue,
                message: diagnostic.message,
                hint: diagnostic.hint ?? "",
                line: position.line,
                column: position.column,
                isKnown: known.contains([diagnostic.rule.rawValue, diagnostic.message])
            )
        }
        let errors = problems.filter { $0.severity == "error" }
        let kept = (errors + problems.filter { $0.severity != "error" }).prefix(
            PatchValidation.maximumDiagnostics
        )
        diagnostics = kept.sorted { ($0.line, $0.column, $0.rule) < ($1.line, $1.column, $1.rule) }
        securityRules = AnswerScan.securityRules(of: code)
        dryRun =
            errors.isEmpty
            ? DryRun(of: parse(code), analysis) : DryRun(status: .notRun, reason: "The program has errors.")
    }

    /// Whether SPy accepts the program.
    public var isAccepted: Bool { !diagnostics.contains { $0.severity == "error" } }

    /// Why the program is not offered; nothing where it may be.
    public var refusal: String? {
        if !securityRules.isEmpty {
            return
                "The proposed program breaks SPy's security rules: \(securityRules.joined(separator: ", "))."
        }
        guard let first = diagnostics.first(where: { $0.severity == "error" }) else { return nil }
        return "SPy does not accept the proposed program: line \(first.line), \(first.rule): \(first.message)"
    }

    /// As JSON, for the metadata.
    public var json: String {
        JSONText.object([
            ("accepted", isAccepted ? "true" : "false"),
            ("security_rules", securityRules.isEmpty ? nil : JSONText.strings(securityRules)),
            ("diagnostics", JSONText.array(diagnostics.map(\.json))),
            ("dry_run", dryRun.json),
        ])
    }
}

extension PatchValidation.Problem {
    fileprivate var json: String {
        JSONText.object([
            ("rule", JSONText.string(rule)), ("severity", JSONText.string(severity)),
            ("message", JSONText.string(message)), ("hint", hint.isEmpty ? nil : JSONText.string(hint)),
            ("line", String(line)), ("column", String(column)), ("known", isKnown ? "true" : nil),
        ])
    }
}
