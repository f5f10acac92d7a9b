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
