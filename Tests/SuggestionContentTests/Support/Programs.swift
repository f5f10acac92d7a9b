import Foundation

/// The programs of the repository.
enum Programs {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Names and texts of all SPy programs among the tests.
    static func all() throws -> [(name: String, code: String)] {
        let tests = folder.deletingLastPathComponent()
        var found: [(String, String)] = []
        for part in ["Fixtures/Processes", "SPySandboxTests/Programs"] {
            let root = tests.appendingPathComponent(part)
            let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
            for name in names.sorted() where name.hasSuffix(".spy") {
                let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
                found.append((part + "/" + name, text))
            }
        }
        return found
    }
}
