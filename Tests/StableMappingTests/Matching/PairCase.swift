import Foundation
import StableMapping

/// A program before and after a change, with what is expected to become of its facts.
struct PairCase: Sendable, CustomStringConvertible {
    let name: String
    let before: String
    let after: String
    /// Sorted lines, one for each fact that is not simply kept.
    let expected: [String]

    var description: String { name }

    static let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "pairs.txt")

    /// The cases of the data file.
    static func read() throws -> [PairCase] {
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        return try text.split(separator: "\n=== ").dropFirst().map { part in
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard let after = lines.firstIndex(of: "--- after"),
                let expected = lines.firstIndex(of: "--- expected"), after < expected
            else { throw Malformed(name: lines[0]) }
            return PairCase(
                name: lines[0],
                before: lines[1..<after].joined(separator: "\n") + "\n",
                after: lines[(after + 1)..<expected].joined(separator: "\n") + "\n",
                expected: lines[(expected + 1)...].filter { !$0.isEmpty }.sorted()
            )
        }
    }

    struct Malformed: Error {
        let name: String
    }

    /// What became of the facts that are not simply kept, as the data file writes it.
    func actual() throws -> [String] {
        let (first, second) = try Versions.pair(before, after)
        let evolution = MappingEvolution(from: first.state, to: second.state)
        let lines =
            evolution.moved.map { "moved \($0.oldKey) -> \($0.key)" }
            + evolution.added.map { "added \($0.key)" }
            + evolution.removed.map { "removed \($0.key)" }
            + evolution.retargeted.map { "retargeted \($0.oldKey) -> \($0.key)" }
        return lines.sorted()
    }
}
