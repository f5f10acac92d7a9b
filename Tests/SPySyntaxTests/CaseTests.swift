import Foundation
import SPySyntax
import Testing

/// Programs kept as data with the diagnostics beside their lines.
@Suite("Cases of diagnostics")
struct CaseTests {
    static let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/syntax.txt")
    static let cases: [SyntaxCase] = (try? SyntaxCase.read(url)) ?? []

    @Test("there are cases, each with a name of its own")
    func names() {
        #expect(Self.cases.count > 70)
        #expect(Set(Self.cases.map(\.name)).count == Self.cases.count)
    }

    @Test("each case has the diagnostics that stand in it", arguments: cases)
    func diagnostics(of example: SyntaxCase) {
        let actual = example.annotated()
        #expect(actual == example.text, "expected:\n\(example.text)\nactual:\n\(actual)")
    }

    @Test(
        "what is wrong at the end of a text without a last line break lies within the text",
        arguments: [
            "if x:", "def f():", "match x:", "match x:\n case 1:", "try:", "x = (", "x = '", "x = \"\"\"",
            "f(",
            "@f", "if x", "for a in b:", "class A:", "while 1:\n  if x:", "else", "x = 1 +", "\\", "x \\",
            "f'{",
            "  x", "é:",
        ]
    )
    func endOfText(_ program: String) {
        let result = parse(program)
        #expect(!result.isValid)
        for diagnostic in result.diagnostics {
            #expect(diagnostic.range.end <= UInt32(program.utf8.count), "\(diagnostic.range)")
        }
    }

    @Test("each case is accepted or refused as CPython does", .enabled(if: CPython.isAvailable))
    func agreement() throws {
        let verdicts = try CPython.verdicts(on: Self.cases.map(\.program))
        for (example, verdict) in zip(Self.cases, verdicts) {
            #expect((verdict == "+") == parse(example.program).isValid, "\(example.name)")
        }
    }

    @Test(
        "what the parser says now is recorded",
        .enabled(if: ProcessInfo.processInfo.environment["SPY_SYNTAX_RECORD"] != nil)
    )
    func record() throws {
        let text = String(decoding: try Data(contentsOf: Self.url), as: UTF8.self)
        let head = text.prefix(upTo: text.range(of: "\n=== ")!.lowerBound)
        let body = Self.cases.map { "=== \($0.name)\n\($0.annotated())\n" }.joined()
        try (head + "\n" + body).write(to: Self.url, atomically: true, encoding: .utf8)
    }
}

/// A program with its diagnostics between its lines.
struct SyntaxCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The program and, in lines that begin with `~ `, its diagnostics.
    let text: String

    var testDescription: String { name }

    var program: String {
        text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("~ ") }.joined(
            separator: "\n"
        )
    }

    /// The program with the diagnostics that the parser gives.
    func annotated() -> String {
        let result = parse(program)
        var lines: [Int: [String]] = [:]
        for diagnostic in result.diagnostics {
            let start = result.source.position(at: diagnostic.range.start)
            let end = result.source.position(at: diagnostic.range.end)
            let endColumn = end.line == start.line ? "\(end.column)" : "\(end.line):\(end.column)"
            let hint = diagnostic.hint.map { " | \($0)" } ?? ""
            let line = "~ \(diagnostic.rule) \(start.column)-\(endColumn) \(diagnostic.message)\(hint)"
            lines[start.line, default: []].append(line)
        }
        let source = program.split(separator: "\n", omittingEmptySubsequences: false)
        return source.enumerated().flatMap { [String($1)] + (lines[$0 + 1] ?? []) }.joined(separator: "\n")
    }

    static func read(_ url: URL) throws -> [SyntaxCase] {
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        return text.split(separator: "\n=== ").dropFirst().map { part in
            let end = part.firstIndex(of: "\n") ?? part.endIndex
            let body = part[end...].drop { $0 == "\n" }
            let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
            let last = lines.lastIndex { !$0.isEmpty } ?? -1
            return SyntaxCase(
                name: String(part[..<end]),
                text: lines[0..<(last + 1)].map { $0 + "\n" }.joined()
            )
        }
    }
}
