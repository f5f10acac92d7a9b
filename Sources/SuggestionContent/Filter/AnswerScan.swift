internal import SPyAnalysis
internal import SPySyntax

/// What is found in a model's answer: secrets and personal data, and code that SPy's security rules refuse.
///
/// ``text`` may go to the author. Whether code in it may be offered as a patch is decided by
/// ``PatchProposal``, which refuses what is refused here.
public struct AnswerScan: Sendable, Hashable {
    /// The answer, with placeholders for secrets and personal data.
    public let text: String
    /// What was replaced.
    public let findings: [SensitiveFinding]
    /// Code that is refused.
    public let refused: [RefusedCode]

    /// A block of code that security rules refuse.
    public struct RefusedCode: Sendable, Hashable {
        /// The line of its fence in the answer, from 1.
        public let line: Int
        /// The rules it breaks, `SPY-X001`, each once, in the order of the text.
        public let rules: [String]
    }

    /// Looks through an answer.
    ///
    /// - Parameter answer: The whole answer as the model gave it. What went through a ``StreamingFilter``
    ///   already has placeholders and is not changed again.
    public init(of answer: String) {
        let redacted = ContentFilter().redact(answer)
        text = redacted.text
        findings = redacted.findings
        refused = FencedBlock.blocks(in: answer).compactMap { block in
            guard AnswerScan.mayBeCode(block) else { return nil }
            let rules = AnswerScan.securityRules(of: AnswerScan.code(of: block))
            return rules.isEmpty ? nil : RefusedCode(line: block.line, rules: rules)
        }
    }

    /// The security rules that a program breaks, each once.
    public static func securityRules(of code: String) -> [String] {
        var rules: [String] = []
        for diagnostic in analyze(code).diagnostics where diagnostic.rule.rawValue.hasPrefix("SPY-X") {
            if !rules.contains(diagnostic.rule.rawValue) { rules.append(diagnostic.rule.rawValue) }
        }
        return rules
    }

    /// A sentence for the author; nothing where nothing was found. The metadata's `flagged`.
    public func flag(streamed: [SensitiveFinding] = []) -> String? {
        var parts: [String] = []
        let all = findings.isEmpty ? streamed : findings
        if !all.isEmpty {
            let kinds = Set(all.map(\.kind.rawValue)).sorted().joined(separator: ", ")
            parts.append(
                "\(Figure.plural(all.count, "value")) that look secret or personal were taken out (\(kinds))"
            )
        }
        if !refused.isEmpty {
            let rules = Set(refused.flatMap(\.rules)).sorted().joined(separator: ", ")
            parts.append("the answer holds code that SPy refuses (\(rules)); it is not offered as a patch")
        }
        guard !parts.isEmpty else { return nil }
        let sentence = parts.joined(separator: "; ") + "."
        return sentence.prefix(1).uppercased() + sentence.dropFirst()
    }

    private static func mayBeCode(_ block: FencedBlock) -> Bool {
        switch block.language {
        case "spy", "python", "py", "python3", "diff", "patch": true
        case "": block.text.contains("def ") || block.text.contains("import ") || block.text.contains("__")
        default: false
        }
    }

    /// Of a diff, what it adds and what it leaves.
    private static func code(of block: FencedBlock) -> String {
        guard block.language == "diff" || block.language == "patch" else { return block.text }
        let lines = block.text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { ($0.hasPrefix("+") || $0.hasPrefix(" ")) && !$0.hasPrefix("+++") }
            .map { $0.dropFirst() }.joined(separator: "\n")
    }
}
