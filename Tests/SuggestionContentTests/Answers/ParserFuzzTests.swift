import StableMapping
import SuggestionContent
import TestSupport
import Testing

@Suite("Whatever a model writes")
struct ParserFuzzTests {
    private static let pieces = [
        "```", "```spy\n", "```diff\n", "```document\n", "```json\n", "~~~", "\n", "@@ -1 +1 @@\n", "@@",
        "--- a/x\n", "+++ b/x.md\n", "+", "-", " ",
        "\\ No newline at end of file\n", "def f(a):\n", "    return act(a)\n", "import os\n", "def ", "(",
        ")", "[", "{", "}", "\"", "'''", "\\", "\\u12",
        "\\ud83d", "1e9", "-0", "true", "null", ":", ",", "\"summary\"", "\"findings\"", "\"title\"", "é",
        "日本", "🙂", "e\u{301}", "\r\n", "\u{0}",
        "\u{FEFF}", "[REDACTED:email-1]", "AKIAIOSFODNN7EXAMPLE", "password = \"hunter2!\"", "{{name}}",
        "<<<END 0123456789abcdef>>>", "#", "x = 1\n",
    ]

    @Test("Nothing that reads it crashes, and nothing refused is offered")
    func anything() throws {
        let corpus = try FuzzCorpus(beside: Self.folder)
        #expect(corpus.inputs.count >= 8)
        let result = corpus.run(words: ParserFuzzTests.pieces, Self.violations)
        #expect(result.failure == nil)
        #expect(result.count > corpus.inputs.count)
    }

    private static let folder = #filePath.replacing("/Answers/", with: "/Fuzz/")

    private static let base = PatchBase(
        process: ProcessID("3f2a90c1-7b1e-4f7e-9a55-0d6f0a9e2b11"),
        version: 1,
        contentHash: "h",
        code: "def f(a):\n    return act(a)\n",
        document: "# D\n",
        mapping: [:]
    )

    /// Promises that do not hold for an answer; a crash says so by itself.
    private static func violations(in input: [UInt8]) -> [String] {
        let answer = String(decoding: input, as: UTF8.self)
        let decoder = AnswerDecoder(code: base.code, version: 1)
        var violations: [String] = []
        let scan = AnswerScan(of: answer)
        _ = FencedBlock.prose(of: answer)
        _ = try? UnifiedDiff(parsing: answer).apply(to: base.code)
        if let section = try? decoder.section(answer, name: "x"),
            section.findings.count > AnswerDecoder.maximumItems
        {
            violations.append("too many findings")
        }
        if let plan = try? decoder.plan(answer), plan.steps.count > AnswerDecoder.maximumItems {
            violations.append("too many steps")
        }
        _ = try? PromptTemplate(name: "t", version: 1, text: answer).render()
        _ = ProgramFingerprint(of: answer)
        _ = ProgramFindings(of: answer, version: 1)
        let proposal = PatchProposal(in: answer, base: base)
        if let proposal, let code = proposal.code {
            if !AnswerScan.securityRules(of: code).isEmpty { violations.append("forbidden code is offered") }
            let hunks = (try? UnifiedDiff(parsing: proposal.patch).hunks) ?? []
            if hunks.isEmpty, proposal.document == nil { violations.append("a patch that changes nothing") }
        }
        if let proposal, !proposal.isOffered, proposal.metadata["patch"] != nil {
            violations.append("a patch that is not offered")
        }
        _ = AnswerClass(answer: answer, message: answer, proposal: proposal)
        _ = QuestionKey(
            organization: "o",
            process: "p",
            code: answer,
            document: answer,
            mapping: [:],
            promptVersion: "",
            model: "",
            message: answer
        )
        if scan.findings.count > answer.utf8.count { violations.append("more findings than bytes") }
        return violations
    }

    @Test(
        "Reading takes time in proportion to the text",
        arguments: [
            "```spy\n", "```\n", "~", "`", "+a\n", "@@ -1 +1 @@\n-a\n", "[", "{\"a\":", "\"\\\\", "- ",
            "def f(a):\n    return a\n", "(", "a\n", "another way ",
        ]
    )
    func linear(_ unit: String) {
        let base = PatchBase(
            process: nil,
            version: 1,
            contentHash: "",
            code: "a\nb\n",
            document: "",
            mapping: [:]
        )
        let decoder = AnswerDecoder(code: "", version: 1)
        func time(_ bytes: Int) -> Duration {
            let text = String(repeating: unit, count: bytes / unit.utf8.count)
            let clock = ContinuousClock()
            return (0..<2).map { _ in
                clock.measure {
                    _ = FencedBlock.blocks(in: text)
                    _ = try? UnifiedDiff(parsing: text).apply(to: base.code)
                    _ = try? decoder.section(text, name: "x")
                    _ = AnswerClass(answer: text, message: text)
                    _ = QuestionKey.normalised(text)
                }
            }.min() ?? .zero
        }
        // Eight times as much; quadratic would be sixty-four. Other tests run beside this one: one clear
        // measurement counts.
        let ratios = (0..<4).lazy.map { _ in time(48_000) / time(6_000) }
        #expect(ratios.contains { $0 < 28 })
    }
}
