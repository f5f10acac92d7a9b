import Testing

@testable import SPySandbox

struct PatternTests {
    @Test func `patterns match as in CPython on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("patterns"), atLeast: 1_000, answer: answer)
    }

    @Test func `patterns match as in CPython on new cases`() throws {
        EngineCases.check(try EngineCases.generated("patterns", seed: 23, count: 20_000), answer: answer)
    }

    @Test(arguments: ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(?:(?:a?){20}){20}b", "(.*)*\\1z"])
    func `a catastrophic pattern stops at its steps`(source: String) throws {
        let meter = Meter(limits: .init(steps: 200_000))
        let pattern = try Pattern(Text(source), meter)
        let subject = try Text("a").repeated(60, meter).concatenated(with: "!", meter)
        #expect(throws: EngineError.budgetExceeded(.init(budget: .steps, limit: 200_000))) {
            try pattern.match(subject, .anywhere, meter)
        }
    }

    @Test
    func `a stack of choices beyond memory names the budget, and a finished match gives its stack back`()
        throws
    {
        let meter = Meter(limits: .init(bytes: 1 << 20))
        let pattern = try Pattern("(?:a|b)*", meter)
        let subject = try Text("ab").repeated(100_000, Meter())
        let held = meter.bytesHeld
        #expect(throws: EngineError.budgetExceeded(.init(budget: .memory, limit: 1 << 20))) {
            try pattern.match(subject, .start, meter)
        }
        #expect(meter.bytesHeld == held)
    }

    @Test func `nesting beyond the depth is refused, not crashed on`() {
        let text = Text(String(repeating: "(", count: 100_000))
        #expect(throws: EngineError.budgetExceeded(.init(budget: .depth, limit: 200))) {
            try Pattern(text, Meter())
        }
    }

    private func answer(_ fields: [String]) throws -> String {
        let meter = Meter()
        let subject = Text(unescaping: fields[3])
        if fields[0] == "escape" { return try Pattern.escape(subject, meter).escaped }
        let pattern = try Pattern(
            Text(unescaping: fields[1]),
            flags: PatternFlags(rawValue: Int(fields[2])!),
            meter
        )
        switch fields[0] {
        case "find":
            var scanner = Pattern.Scanner(pattern, subject)
            var found: [String] = []
            while let match = try scanner.next(meter) { found.append(described(match)) }
            return found.joined(separator: " ")
        case "full", "match":
            let mode: Pattern.Mode = fields[0] == "full" ? .full : .start
            return try pattern.match(subject, from: 1, to: 8, mode, meter).map(described) ?? "None"
        case "split":
            let parts = try pattern.split(subject, limit: 3, meter).map { part in
                try part.map { try $0.repr(meter).escaped } ?? "None"
            }
            return "[\(parts.joined(separator: ", "))]"
        default:
            let template = try ReplacementTemplate(Text(unescaping: fields[4]), for: pattern, meter)
            let (text, count) = try pattern.substitute(template, in: subject, meter)
            return "(\(try text.repr(meter).escaped), \(count))"
        }
    }

    private func described(_ match: Pattern.Match) -> String {
        let spans = match.groups.map { $0.map { "(\($0.lowerBound), \($0.upperBound))" } ?? "(-1, -1)" }
        return "[\(spans.joined(separator: ", "))] \(match.lastIndex.map(String.init) ?? "None")"
    }
}
