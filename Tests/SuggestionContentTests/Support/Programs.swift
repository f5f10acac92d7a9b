import Foundation
import Testing

/// The programs of the repository.
enum Programs {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Names and texts of all SPy programs among the tests.
    static func all() throws -> [(name: String, code: String)] {
        let tests = folder.deletingLastPathComponent()
        var found: [(String, String)] = []
        for part in ["Fixtures/Processes", "SPySandboxTests/Programs"] {
            let root = tests.appendingPathComponent(part).resolvingSymlinksInPath()
            let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
            for name in names.sorted() where name.hasSuffix(".spy") {
                let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
                found.append((part + "/" + name, text))
            }
        }
        try #require(found.count >= 30, "the programs are not where they are looked for")
        return found
    }

    /// Documents of processes, articles about the libraries, protocol files and the README; but for what is
    /// about this filter.
    static func documents() throws -> [String] {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        var texts = [try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)]
        for part in ["Tests/Fixtures/Processes", "Sources", "Protos"] {
            let names =
                FileManager.default.enumerator(
                    atPath: root.appendingPathComponent(part).resolvingSymlinksInPath().path
                )?.compactMap { $0 as? String } ?? []
            for name in names.sorted()
            where [".md", ".proto"].contains(where: name.hasSuffix) && !name.contains("SuggestionContent") {
                texts.append(
                    try String(contentsOf: root.appendingPathComponent("\(part)/\(name)"), encoding: .utf8)
                )
            }
        }
        return texts
    }
}
