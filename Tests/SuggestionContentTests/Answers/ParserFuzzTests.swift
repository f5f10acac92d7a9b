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

    private func text(_ random: inout SeededGenerator, _ count: Int) -> String {
        (0..<random.below(count)).map { _ in
            ParserFuzzTests.pieces[random.below(ParserFuzzTests.pieces.count)]
        }.joined()
    }

    @Test("Nothing that reads it crashes, and nothing refused is offered")
    func anything() throws {
        let process = try #require(ProcessID("3f2a90c1-7b1e-4f7e-9a55-0d6f0a9e2b11"))
        let base = PatchBase(
            process: process,
            version: 1,
            contentHash: "h",
            code: "def f(a):\n    return act(a)\n",
            document: "# D\n",
            mapping: [:]
        )
        let decoder = AnswerDecoder(code: base.code, version: 1)
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let answer = text(&random, 60)
            let scan = AnswerScan(of: answer)
            _ = FencedBlock.prose(of: answer)
            _ = try? UnifiedDiff(parsing: answer).apply(to: base.code)
            _ = try? decoder.section(answer, name: "x")
            _ = try? decoder.plan(answer)
            _ = try? PromptTemplate(name: "t", version: 1, text: answer).render()
            _ = ProgramFingerprint(of: answer)
            _ = ProgramFindings(of: answer, version: 1)
            let proposal = PatchProposal(in: answer, base: base)
            if let proposal, let code = proposal.code {
                #expect(AnswerScan.securityRules(of: code).isEmpty, "seed \(seed)")
                #expect(
                    try UnifiedDiff(parsing: proposal.patch).hunks.isEmpty == false
                        || proposal.document != nil
                )
            }
            if let proposal, !proposal.isOffered { #expect(proposal.metadata["patch"] == nil) }
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
            #expect(scan.findings.count <= answer.utf8.count)
        }
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
