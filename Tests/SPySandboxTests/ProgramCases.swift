import Foundation
import SPySandbox
import SPySyntax

/// Programs with what CPython says to them, kept in `Programs/TOPIC.spy` and `Programs/TOPIC.expected`.
enum ProgramCases {
    /// A program with a name, its source, and the expectation in the form that `expect.py` describes.
    struct Case: Sendable {
        let topic: String
        let name: String
        let source: String
        let expected: String
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Programs")

    static let topics = [
        "arithmetic", "builtins", "collections", "comprehensions", "dates", "decimals", "exceptions",
        "formatting",
        "functions", "iteration", "language", "library", "lists", "mappings", "matching", "modules",
        "numbers", "sets",
        "standard", "statements", "strings", "texts",
    ]

    static func cases(of topic: String) throws -> [Case] {
        let sources = try sections(topic + ".spy")
        let expectations = Dictionary(try sections(topic + ".expected")) { first, _ in first }
        return sources.map { name, source in
            Case(topic: topic, name: name, source: source, expected: expectations[name] ?? "no expectation")
        }
    }

    static func sections(_ file: String) throws -> [(String, String)] {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        var sections: [(String, String)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("### ") {
                sections.append((String(line.dropFirst(4)), ""))
            } else if !sections.isEmpty {
                sections[sections.count - 1].1 += line + "\n"
            }
        }
        // The last line break ends the file and begins no line.
        if let last = sections.last, last.1.hasSuffix("\n\n") || last.1 == "\n" {
            sections[sections.count - 1].1.removeLast()
        }
        return sections
    }

    /// An outcome in the form of an expectation.
    static func text(of outcome: Outcome) -> String {
        var text = outcome.output
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        guard let error = outcome.error else { return text }
        text += "! \(error.type)\n"
        for line in error.message.split(separator: "\n", omittingEmptySubsequences: false) {
            text += "| \(line)\n"
        }
        text +=
            "@ " + error.traceback.prefix(5).map { "\($0.line):\($0.function)" }.joined(separator: " ") + "\n"
        return text
    }
}
