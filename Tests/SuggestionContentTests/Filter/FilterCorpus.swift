import Foundation

/// The data files of the filter's tests.
enum FilterCorpus {
    /// A text, and a value in it that must not leave.
    struct Planted: Sendable, CustomStringConvertible {
        let number: Int
        let kind: String
        let value: String
        let text: String

        var description: String { "record \(number), \(kind)" }
    }

    static func planted() throws -> [Planted] {
        try records("planted.txt").enumerated().map { index, record in
            let lines = record.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let parts = lines[0].split(separator: " ", maxSplits: 1)
            let value = parts[1].replacing("\\\\n", with: "\u{1}").replacing("\\n", with: "\n")
                .replacing("\u{1}", with: "\\n")
            return Planted(
                number: index + 1,
                kind: String(parts[0]),
                value: String(value),
                text: String(lines[1])
            )
        }
    }

    static func clean() throws -> [String] { try records("clean.txt") }

    private static func records(_ name: String) throws -> [String] {
        let file = Programs.folder.appendingPathComponent("Filter/Data/\(name)")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "=====\n", omittingEmptySubsequences: false).dropFirst().map(String.init)
    }
}
