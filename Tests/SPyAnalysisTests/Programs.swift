import Foundation
import SPyAnalysis
import SPySyntax
import Testing

/// Programs of the data files and of the table in the documentation.
enum Programs {
    /// A program beside what is expected of it.
    struct Case: CustomTestStringConvertible, Sendable {
        let rule: String
        let program: String
        var testDescription: String { "\(rule) \(program.prefix(60))" }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    static func text(_ path: String) -> String {
        guard let text = try? String(contentsOf: folder.appending(path: path), encoding: .utf8) else {
            preconditionFailure("no \(path) beside the tests")
        }
        return text
    }

    /// Lines of a data file that are no comments.
    static func lines(_ path: String) -> [String] {
        text(path).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    /// Cases `rule  program` of a data file.
    static func cases(_ path: String) -> [Case] {
        lines(path).map { line in
            let parts = line.split(separator: "  ", maxSplits: 1)
            return Case(rule: String(parts[0]), program: expand(String(parts[1])))
        }
    }

    /// The cells of a table's rows whose first cell is an identifier.
    static func rows(of page: String) -> [[String]] {
        text("../../Sources/SPyAnalysis/Documentation.docc/\(page)").split(separator: "\n")
            .filter { $0.hasPrefix("| SPY-") }.map { line in
                line.replacing("\\|", with: "\u{0}").split(separator: "|").map { cell in
                    String(cell.replacing("\u{0}", with: "|").trimmingPrefix(" ").dropLast())
                }
            }
    }

    /// The program of a cell: what stands between backticks.
    static func example(_ cell: String) -> String { expand(String(cell.dropFirst().dropLast())) }

    /// `↵` is a line break, `«text×3»` a repetition, in which `⇥` is one space more each time, `«U+202E»` a character.
    static func expand(_ text: String) -> String {
        let lines = text.replacing("↵", with: "\n")
        let characters = lines.replacing(#/«U\+([0-9A-F]+)»/#) { match in
            String(Unicode.Scalar(UInt32(match.1, radix: 16) ?? 0) ?? "?")
        }
        return characters.replacing(#/(?s)«(.+?)×(\d+)»/#) { match in
            let count = Int(match.2) ?? 0
            guard match.1.contains("⇥") else { return String(repeating: String(match.1), count: count) }
            return (0..<count).map { index in
                match.1.replacing("⇥", with: String(repeating: " ", count: index))
            }.joined()
        }
    }
}

extension Analysis {
    /// `SPY-W003 2:5 message` for each diagnostic.
    var summaries: [String] {
        diagnostics.map { diagnostic in
            let place = source.position(at: diagnostic.range.start)
            return "\(diagnostic.rule) \(place.line):\(place.column) \(diagnostic.message)"
        }
    }

    /// Identifiers of the rules broken.
    var rules: Set<String> { Set(diagnostics.map(\.rule.rawValue)) }

    /// Identifiers of the rules broken by which the program is refused.
    var errors: Set<String> { Set(diagnostics.filter { $0.severity == .error }.map(\.rule.rawValue)) }
}
