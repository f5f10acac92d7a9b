import Foundation
import SPyAnalysis
import SPySyntax
import Testing

@Suite("Warnings")
struct WarningTests {
    /// A program with the rules expected beside its lines.
    struct Example: CustomTestStringConvertible, Sendable {
        let title: String
        let program: String
        let expected: [String]
        var testDescription: String { title }
    }

    static let examples: [Example] = {
        var examples: [Example] = []
        var title = ""
        var lines: [Substring] = []
        func finish() {
            guard !lines.isEmpty else { return }
            var expected: [String] = []
            for (index, line) in lines.enumerated() {
                guard let mark = line.range(of: "#! ") else { continue }
                expected += line[mark.upperBound...].split(separator: " ").map { "\(index + 1) \($0)" }
            }
            let program = lines.joined(separator: "\n") + "\n"
            examples.append(Example(title: title, program: program, expected: expected.sorted()))
            lines = []
        }
        for line in Programs.text("Data/warnings.txt").split(separator: "\n") where !line.hasPrefix("# ") {
            if line.hasPrefix("## ") {
                finish()
                title = String(line.dropFirst(3))
            } else {
                lines.append(line)
            }
        }
        finish()
        return examples
    }()

    @Test("are left out on request, and nothing else is", arguments: examples)
    func leftOut(_ example: Example) {
        let parsed = parse(example.program)
        let (all, errors) = (analyze(parsed), analyze(parsed, depth: .structure))
        #expect(errors.diagnostics == all.diagnostics.filter { $0.severity == .error })
        #expect(errors.isAccepted == all.isAccepted)
        #expect(errors.functions.map(\.path) == all.functions.map(\.path))
        #expect(errors.functions.map(\.cognitiveComplexity) == all.functions.map(\.cognitiveComplexity))
        #expect(errors.actions.map(\.name) == all.actions.map(\.name))
        #expect(errors.modules.map(\.name) == all.modules.map(\.name))
        #expect(errors.calls.count == all.calls.count)
    }

    @Test("and functions and calls are left out on request, and nothing else is", arguments: examples)
    func acceptanceAlone(_ example: Example) {
        let parsed = parse(example.program)
        let (all, accepted) = (analyze(parsed, depth: .structure), analyze(parsed, depth: .acceptance))
        #expect(accepted.diagnostics == all.diagnostics)
        #expect(accepted.size == all.size)
        #expect(accepted.actions == all.actions)
        #expect(accepted.functions.isEmpty)
        #expect(accepted.modules.isEmpty)
        #expect(accepted.calls.isEmpty)
    }

    @Test(
        "know each of a function's names, however many there are",
        arguments: [1, 63, 64, 65, 128, 129, 200]
    )
    func manyNames(count: Int) {
        let names = (0..<count).map { "name_\(Character(UnicodeScalar(UInt8(97 + $0 % 26))))\($0)" }
        let bound = names.map { "        \($0) = x\n" }.joined()
        let sum = names.joined(separator: " + ")
        let partly = analyze("def f(x):\n    if x:\n\(bound)    return \(sum)\n")
        #expect(partly.diagnostics.count == count)
        #expect(Set(partly.diagnostics.map(\.rule)).count == 1)
        let always = analyze("def f(x):\n    if True:\n\(bound)    return \(sum)\n")
        #expect(always.diagnostics.isEmpty)
    }

    @Test("stand at the lines where they are expected, and nowhere else", arguments: examples)
    func expectedLines(_ example: Example) {
        let analysis = analyze(example.program)
        let found = analysis.diagnostics.map { diagnostic in
            "\(analysis.source.position(at: diagnostic.range.start).line) \(diagnostic.rule)"
        }
        #expect(found.sorted() == example.expected, "\(analysis.summaries.joined(separator: "\n"))")
    }

    @Test("are left out where the program has syntax errors")
    func notGuessed() {
        let analysis = analyze("import math\nx = = 1\n")
        #expect(!analysis.isAccepted)
        #expect(analysis.diagnostics.allSatisfy { $0.severity == .error })
    }
}
