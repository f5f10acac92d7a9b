import SuggestionContent
import Testing

@Suite("The scan of a model's answer")
struct AnswerScanTests {
    @Test(
        "Code that SPy's security rules refuse is flagged with its rules",
        arguments: [
            ("import os\nos.system('x')", ["SPY-X001"]), ("x = eval('1')", ["SPY-X002"]),
            ("x = [].__class__", ["SPY-X004"]),
            ("x = __builtins__\nimport subprocess", ["SPY-X003", "SPY-X001"]),
        ]
    )
    func refused(_ example: (code: String, rules: [String])) {
        for language in ["spy", "python", "py", "diff"] {
            let code =
                language == "diff"
                ? "@@ -1 +1 @@\n"
                    + example.code.split(separator: "\n").map { "+" + $0 }.joined(separator: "\n")
                : example.code
            let scan = AnswerScan(of: "Try this:\n\n```\(language)\n\(code)\n```\n")
            #expect(scan.refused.map(\.rules) == [example.rules], "\(language)")
            #expect(scan.refused.first?.line == 3)
            #expect(scan.flag()?.contains(example.rules[0]) == true)
        }
    }

    @Test("Code that is accepted, and talk of what is refused, are not")
    func accepted() {
        let answer =
            "Do not use `eval` or `import os`.\n```spy\nx = find_order(1)\n```\n```json\n{\"a\": \"__class__\"}\n```\n"
        let scan = AnswerScan(of: answer)
        #expect(scan.refused.isEmpty && scan.flag() == nil && scan.text == answer)
    }

    @Test("Secrets are taken out, and the flag names their kinds and not the values")
    func secrets() throws {
        let scan = AnswerScan(of: "Use AKIAIOSFODNN7EXAMPLE and mail ada@example.org.")
        #expect(scan.text == "Use [REDACTED:aws-key-1] and mail [REDACTED:email-1].")
        let flag = try #require(scan.flag())
        #expect(flag == "2 values that look secret or personal were taken out (aws-key, email).")
    }

    @Test("A block without an end is looked at too")
    func open() {
        #expect(AnswerScan(of: "```spy\nimport os\n").refused.count == 1)
    }
}
