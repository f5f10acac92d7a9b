import Foundation
import SuggestionContent
import Testing

@Suite("Structured answers of a model")
struct AnswerDecoderTests {
    private let decoder = AnswerDecoder(code: "def f():\n    return act()\n", version: 7)

    private func finding(_ changes: [String: String] = [:]) -> String {
        var members = [
            "severity": "\"medium\"", "category": "\"code\"", "title": "\"A title.\"", "detail": "\"d\"",
            "recommendation": "\"r\"",
            "evidence": "[{\"line\": 2, \"end_line\": 2, \"quote\": \"whatever\"}]",
        ]
        members.merge(changes) { $1 }
        return "{"
            + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ")
            + "}"
    }

    private func section(_ findings: [String], summary: String = "\"s\"") -> String {
        "{\"summary\": \(summary), \"findings\": [\(findings.joined(separator: ", "))]}"
    }

    @Test("A section is read, with what stands in the program at the lines it names")
    func section() throws {
        let text = section([finding(), finding(["severity": "\"high\""])])
        for answer in [text, "\n\n" + text + "\n", "```json\n" + text + "\n```", "```\n" + text + "\n```\n"] {
            let section = try decoder.section(answer, name: "pattern")
            #expect(section.name == "pattern" && section.summary == "s")
            #expect(section.findings.map(\.severity) == [.high, .medium])
            let item = try #require(section.findings.first?.evidence.first)
            #expect(item == Evidence(versionNumber: 7, line: 2, endLine: 2, quote: "    return act()"))
            #expect(section.findings.allSatisfy { $0.source == .model && $0.rule.isEmpty })
        }
    }

    @Test(
        "Lines that the program does not have are dropped, figures stay",
        arguments: [
            ("{\"line\": 99, \"end_line\": 99, \"quote\": \"x\"}", 0),
            ("{\"line\": 0, \"end_line\": 0, \"quote\": \"p95 2 s\"}", 1),
            ("{\"line\": -4, \"end_line\": 0, \"quote\": \"\"}", 0),
            ("{\"line\": 1, \"end_line\": 500, \"quote\": \"x\"}", 1),
        ]
    )
    func lines(_ example: (evidence: String, count: Int)) throws {
        let answer = section([finding(["evidence": "[\(example.evidence)]"])])
        let found = try decoder.section(answer, name: "x").findings[0].evidence
        #expect(found.count == example.count)
        #expect(found.allSatisfy { $0.endLine <= 2 })
    }

    @Test(
        "What is no such answer is refused with a reason that names the place",
        arguments: [
            ("", "it is empty"), ("Sure! Here you go: {}", "at byte 0"), ("[]", "it is an array"),
            ("{}", "summary is missing"),
            ("{\"summary\": 1, \"findings\": []}", "summary is a number"),
            ("{\"summary\": \"\", \"findings\": {}}", "findings is an object"),
            ("{\"summary\": \"\", \"findings\": [1]}", "findings[0] is a number"),
            ("{\"summary\": \"\"", "a ',' or '}' is missing"),
            ("{\"summary\": \"a\", \"summary\": \"b\"}", "a name comes twice"),
            ("{\"summary\": \"\", \"findings\": []} x", "something follows"),
            ("```json\n{}\n", "it is not one object"), ("\u{FEFF}{}", "at byte 0"), ("nul", "no value"),
            ("{\"a\": 01}", "no number is written so"),
            ("{\"a\": 1e999}", "too large"), ("{\"a\": \"\\ud800\"}", "half a character"),
            ("{\"a\": \"\u{1}\"}", "control character"),
            (String(repeating: "[", count: 50), "nests too deep"),
        ]
    )
    func garbage(_ example: (answer: String, reason: String)) {
        let error = #expect(throws: AnswerProblem.self) { try decoder.section(example.answer, name: "x") }
        #expect(error?.reason.contains(example.reason) == true, "\(String(describing: error))")
    }

    @Test(
        "Members of another kind or value are refused",
        arguments: [
            ["severity": "\"critical\""], ["severity": "1"], ["category": "\"error handling\""],
            ["title": "\"\""], ["title": "null"],
            ["evidence": "{}"], ["evidence": "[1]"],
            ["evidence": "[{\"line\": 1.5, \"end_line\": 0, \"quote\": \"\"}]"],
            ["evidence": "[{\"line\": \"1\", \"end_line\": 0, \"quote\": \"\"}]"], ["detail": "[]"],
        ]
    )
    func kinds(_ change: [String: String]) {
        #expect(throws: AnswerProblem.self) { try decoder.section(section([finding(change)]), name: "x") }
    }

    @Test("Too much is cut, secrets are taken out")
    func limits() throws {
        let many = try decoder.section(section(Array(repeating: finding(), count: 500)), name: "x")
        #expect(many.findings.count == AnswerDecoder.maximumItems)
        let long = "\"" + String(repeating: "é ", count: 9_000) + "\""
        let cut = try decoder.section(
            section([finding(["detail": long])], summary: "\"mail ada@example.org\""),
            name: "x"
        )
        #expect(cut.findings[0].detail.utf8.count <= AnswerDecoder.maximumText + 3)
        #expect(cut.summary == "mail [REDACTED:email-1]")
        let huge = "{\"summary\": \"" + String(repeating: "a", count: 600_000) + "\", \"findings\": []}"
        #expect(throws: AnswerProblem.self) { try decoder.section(huge, name: "x") }
    }

    @Test("A plan has all sections in order, and steps that name rules there are")
    func plan() throws {
        let step =
            "{\"title\": \"t\", \"detail\": \"d\", \"effort\": \"low\", \"benefit\": \"b\", \"rules\": [\"GRM-P001\", \"GRM-P001\", \"X\"]}"
        let risk = "{\"name\": \"risk\", \"summary\": \"s\", \"findings\": [\(finding())]}"
        let plan = try decoder.plan("{\"sections\": [\(risk)], \"steps\": [\(step)]}")
        #expect(plan.sections.map(\.name) == ["optimization", "scalability", "risk", "resources"])
        #expect(plan.sections[2].findings.count == 1 && plan.sections[0].findings.isEmpty)
        #expect(
            plan.steps == [PlanStep(title: "t", detail: "d", effort: .low, benefit: "b", rules: ["GRM-P001"])]
        )
        #expect(throws: AnswerProblem.self) {
            try decoder.plan("{\"sections\": [\(risk), \(risk)], \"steps\": []}")
        }
        #expect(throws: AnswerProblem.self) { try decoder.plan("{\"sections\": []}") }
    }

    @Test("The schemas are JSON, require every member and allow no others")
    func schemas() throws {
        for schema in [AnswerSchema.section, AnswerSchema.plan] {
            let object = try JSONSerialization.jsonObject(with: Data(schema.utf8))
            try check(object)
        }
        #expect(AnswerSchema.text(for: .analysis(.pattern)) == AnswerSchema.section)
        #expect(
            AnswerSchema.text(for: .chat(.improvement)) == nil
                && AnswerSchema.name(for: .plan(goal: "")) == "improvement_plan"
        )
    }

    private func check(_ value: Any) throws {
        guard let object = value as? [String: Any] else { return }
        if object["type"] as? String == "object" {
            let properties = try #require(object["properties"] as? [String: Any])
            #expect(Set(properties.keys) == Set(object["required"] as? [String] ?? []))
            #expect(object["additionalProperties"] as? Bool == false)
            for property in properties.values { try check(property) }
        }
        if let items = object["items"] { try check(items) }
    }
}
