import Foundation
import SPySyntax

/// Real programs of this repository.
enum ExamplePrograms {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// An example process: the code of each version and the mapping written for it by hand.
    struct Process: Sendable, CustomStringConvertible {
        let name: String
        let versions: [(code: String, mapping: [String: String])]

        var description: String { name }
    }

    static func processes() throws -> [Process] {
        let folder = tests.appending(path: "Fixtures/Processes")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter(\.hasDirectoryPath).sorted { $0.path < $1.path }
            .map { url in
                let versions = try (1...3).map { number in
                    let code = try String(contentsOf: url.appending(path: "v\(number).spy"), encoding: .utf8)
                    let json = try Data(contentsOf: url.appending(path: "v\(number).mapping.json"))
                    return (code, try JSONDecoder().decode([String: String].self, from: json))
                }
                return Process(name: url.lastPathComponent, versions: versions)
            }
    }

    /// All programs: those of the processes, of the sandbox's tests and of its benchmark.
    static func all() throws -> [String] {
        var programs = try processes().flatMap { $0.versions.map(\.code) }
        for folder in ["SPySandboxTests/Programs", "Benchmarks/SPyBench/Programs"] {
            let url = tests.appending(path: folder)
            let files = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
            for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "spy" {
                programs.append(try String(contentsOf: file, encoding: .utf8))
            }
        }
        return programs.map(parsing)
    }

    /// A program; of the sandbox's test programs, which are many in one file, those that parse.
    private static func parsing(_ code: String) -> String {
        guard !parse(code).isValid else { return code }
        let sections = code.split(separator: "\n###").map { "\n###" + $0 }
        return sections.filter { parse($0).isValid }.joined() + "\n"
    }
}
