/// Reads a model's structured answers. Strict about form, within limits; what is no answer is refused with a
/// reason.
///
/// Secrets and personal data in what the model wrote are redacted. A fence of Markdown around the object is
/// taken off, nothing else is. Lines beyond the program are dropped from the evidence; quotes are what stands
/// in the program at that line.
public struct AnswerDecoder: Sendable {
    /// The most findings of a section, and the most steps; the rest is dropped.
    public static let maximumItems = 50
    /// The most pieces of evidence of a finding; the rest is dropped.
    public static let maximumEvidence = 20
    /// The longest title, detail, recommendation or summary in bytes; longer ones are cut.
    public static let maximumText = 4_000

    private let version: Int32
    private let lines: [String]

    /// A decoder for answers about a version.
    ///
    /// - Parameters:
    ///   - code: The version's program.
    ///   - version: Its number.
    public init(code: String, version: Int32) {
        self.version = version
        lines = UnifiedDiff.lines(code).map {
            String(decoding: $0.filter { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        }
    }

    /// A section of a report.
    ///
    /// - Throws: ``AnswerProblem``.
    public func section(_ answer: String, name: String) throws(AnswerProblem) -> ReportSection {
        try section(try object(answer), "", name: name)
    }

    /// A plan: its sections in the order of the API, those that are missing empty, and its steps.
    ///
    /// - Throws: ``AnswerProblem``.
    public func plan(_ answer: String) throws(AnswerProblem) -> (sections: [ReportSection], steps: [PlanStep])
    {
        let tree = try object(answer)
        var found: [PlanSection: ReportSection] = [:]
        for (index, item) in try array(tree, "sections", "").enumerated() {
            let path = "sections[\(index)]"
            let name: PlanSection = try choice(item, "name", path)
            guard found[name] == nil else { throw AnswerProblem("\(path).name comes twice") }
            found[name] = try section(item, path, name: name.rawValue)
        }
        var steps: [PlanStep] = []
        for (index, item) in try array(tree, "steps", "").prefix(AnswerDecoder.maximumItems).enumerated() {
            steps.append(try step(item, "steps[\(index)]"))
        }
        let sections = PlanSection.allCases.map {
            found[$0] ?? ReportSection(name: $0.rawValue, summary: "", findings: [])
        }
        return (sections, steps)
    }

    private func section(_ tree: JSONTree, _ path: String, name: String) throws(AnswerProblem)
        -> ReportSection
    {
        let summary = try text(tree, "summary", path)
        var findings: [Finding] = []
        let items = try array(tree, "findings", path)
        for (index, item) in items.prefix(AnswerDecoder.maximumItems).enumerated() {
            findings.append(try finding(item, "\(AnswerProblem.member("findings", of: path))[\(index)]"))
        }
        return ReportSection(name: name, summary: summary, findings: findings)
    }

    private func finding(_ tree: JSONTree, _ path: String) throws(AnswerProblem) -> Finding {
        var evidence: [Evidence] = []
        let items = try array(tree, "evidence", path)
        for (index, item) in items.prefix(AnswerDecoder.maximumEvidence).enumerated() {
            if let place = try self.evidence(item, "\(path).evidence[\(index)]") { evidence.append(place) }
        }
        let title = try text(tree, "title", path)
        guard !title.isEmpty else { throw AnswerProblem("\(path).title is empty") }
        return Finding(
            rule: "",
            severity: try choice(tree, "severity", path),
            title: title,
            detail: try text(tree, "detail", path),
            recommendation: try text(tree, "recommendation", path),
            evidence: evidence,
            source: .model,
            category: try choice(tree, "category", path)
        )
    }

    private func evidence(_ tree: JSONTree, _ path: String) throws(AnswerProblem) -> Evidence? {
        let line = try integer(tree, "line", path)
        let last = try integer(tree, "end_line", path)
        let quote = try text(tree, "quote", path)
        guard line > 0 else { return quote.isEmpty ? nil : Evidence(versionNumber: version, quote: quote) }
        guard line <= lines.count else { return nil }
        let end = min(max(line, last), lines.count)
        let shown = lines[line - 1]
        return Evidence(versionNumber: version, line: Int32(line), endLine: Int32(end), quote: shown)
    }

    private func step(_ tree: JSONTree, _ path: String) throws(AnswerProblem) -> PlanStep {
        let title = try text(tree, "title", path)
        guard !title.isEmpty else { throw AnswerProblem("\(path).title is empty") }
        var rules: [String] = []
        for item in try array(tree, "rules", path).prefix(AnswerDecoder.maximumItems) {
            guard case .string(let rule) = item else {
                throw AnswerProblem("\(path).rules holds \(item.kind)")
            }
            // Of rules that there are: others are invented.
            if BestPractice.isRule(rule), !rules.contains(rule) { rules.append(rule) }
        }
        return PlanStep(
            title: title,
            detail: try text(tree, "detail", path),
            effort: try choice(tree, "effort", path),
            benefit: try text(tree, "benefit", path),
            rules: rules
        )
    }
}

extension AnswerDecoder {
    /// The object that an answer is, with or without a fence around it.
    private func object(_ answer: String) throws(AnswerProblem) -> JSONTree {
        var bytes = Array(answer.utf8)[...]
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        bytes = bytes.drop(while: isSpace)
        if bytes.starts(with: "```".utf8) {
            let blocks = FencedBlock.blocks(in: String(decoding: bytes, as: UTF8.self))
            guard blocks.count == 1, let block = blocks.first, block.isClosed else {
                throw AnswerProblem("it is not one object")
            }
            bytes = Array(block.text.utf8)[...]
        }
        guard !bytes.isEmpty else { throw AnswerProblem("it is empty") }
        do throws(JSONProblem) {
            let tree = try JSONTree(bytes)
            guard case .object = tree else {
                throw JSONProblem(offset: 0, reason: "it is \(tree.kind), not an object")
            }
            return tree
        } catch {
            throw AnswerProblem("at byte \(error.offset), \(error.reason)")
        }
    }

    private func member(_ tree: JSONTree, _ name: String, _ path: String) throws(AnswerProblem) -> JSONTree {
        guard case .object = tree else { throw AnswerProblem("\(path) is \(tree.kind), not an object") }
        guard let value = tree[name] else {
            throw AnswerProblem("\(AnswerProblem.member(name, of: path)) is missing")
        }
        return value
    }

    private func array(_ tree: JSONTree, _ name: String, _ path: String) throws(AnswerProblem) -> [JSONTree] {
        let value = try member(tree, name, path)
        guard case .array(let items) = value else {
            throw AnswerProblem("\(AnswerProblem.member(name, of: path)) is \(value.kind), not an array")
        }
        return items
    }

    private func text(_ tree: JSONTree, _ name: String, _ path: String) throws(AnswerProblem) -> String {
        let value = try member(tree, name, path)
        guard case .string(let text) = value else {
            throw AnswerProblem("\(AnswerProblem.member(name, of: path)) is \(value.kind), not a string")
        }
        let clean = ContentFilter().redact(UntrustedText.plain(text)).text
        return TextCut.prefix(clean, bytes: AnswerDecoder.maximumText)
    }

    private func integer(_ tree: JSONTree, _ name: String, _ path: String) throws(AnswerProblem) -> Int {
        let value = try member(tree, name, path)
        guard case .number(let number) = value, number.rounded() == number, abs(number) < 1e9 else {
            throw AnswerProblem("\(AnswerProblem.member(name, of: path)) is no whole number")
        }
        return Int(number)
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ tree: JSONTree,
        _ name: String,
        _ path: String
    ) throws(AnswerProblem) -> Choice {
        let value = try member(tree, name, path)
        guard case .string(let text) = value, let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw AnswerProblem("\(AnswerProblem.member(name, of: path)) is none of \(all)")
        }
        return choice
    }
}

/// Why an answer of a model cannot be used.
public struct AnswerProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it, after "The model's answer is not what was asked for:".
    public let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// A sentence. It holds nothing of the answer but names of members.
    public var description: String { "The model's answer is not what was asked for: \(reason)." }

    static func member(_ name: String, of path: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
