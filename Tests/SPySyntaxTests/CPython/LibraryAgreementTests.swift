import Foundation
import SPySyntax
import Testing

/// Agreement with CPython 3.11 over its standard library and its own tests.
@Suite("Agreement with CPython over its library", .enabled(if: CPython.isAvailable))
struct LibraryAgreementTests {
    /// In a debug build every so many-th file is compared, unless `SPY_SYNTAX_FULL` is set: a release build takes all.
    static let step: Int = {
        #if DEBUG
        ProcessInfo.processInfo.environment["SPY_SYNTAX_FULL"] == nil ? 8 : 1
        #else
        1
        #endif
    }()

    static let paths: [String] = {
        let all = (try? CPython.ask("list").split(separator: "\n").map(String.init)) ?? []
        // Beside every so many-th file always those that test the syntax itself.
        let own = [
            "test_grammar", "test_fstring", "test_patma", "test_syntax", "test_source_encoding", "bad",
            "koi8", "clock",
        ]
        return all.enumerated().filter { index, path in
            index % step == 0 || own.contains { path.split(separator: "/").last!.contains($0) }
        }.map(\.element)
    }()

    @Test("every file gives the same tree with the same positions, or is refused by both")
    func trees() async throws {
        let answers = try CPython.ask("digests", input: Self.paths.joined(separator: "\n"))
        let lines = answers.split(separator: "\n")
        try #require(lines.count == Self.paths.count)
        #expect(lines.count > 1500 / Self.step)
        let disagreements = await withTaskGroup(of: [String].self) { group in
            let workers = 2
            for worker in 0..<workers {
                group.addTask {
                    stride(from: worker, to: lines.count, by: workers).compactMap { index in
                        Self.disagreement(Self.paths[index], String(lines[index]))
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(disagreements == [])
    }

    private static func disagreement(_ path: String, _ answer: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return "\(path): cannot be read" }
        let result = parse([UInt8](data))
        let isAccepted = answer.hasPrefix("+")
        guard result.isValid == isAccepted else {
            return "\(path): CPython says \(answer), we say \(result.diagnostics.prefix(3).map(\.message))"
        }
        guard isAccepted else { return nil }
        let dump = TreeDump.dump(result)
        if answer == "+ \(Checksum.crc32(dump))" { return nil }
        return "\(path): " + firstDifference(path, String(decoding: dump, as: UTF8.self))
    }

    /// The first lines in which the dumps of a file differ.
    private static func firstDifference(_ path: String, _ ours: String) -> String {
        guard let theirs = try? CPython.ask("dump", path) else { return "CPython's tree cannot be had" }
        let pairs = zip(ours.split(separator: "\n"), theirs.split(separator: "\n")).enumerated()
        guard let (line, (own, other)) = pairs.first(where: { $0.element.0 != $0.element.1 }) else {
            return "one tree is longer than the other"
        }
        return "item \(line + 1) is \(own), CPython's is \(other)"
    }

    @Test("every file, printed, gives an equal tree again, and printing that changes nothing")
    func printing() {
        var failures: [String] = []
        for path in Self.paths {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let result = parse([UInt8](data))
            guard result.isValid else { continue }
            let printed = result.tree.printed()
            let again = parse(printed)
            if !again.isValid || again.tree != result.tree || again.tree.printed() != printed {
                failures.append(path)
            }
        }
        #expect(failures == [])
    }

    @Test("parts of every node come before it and stand inside it")
    func order() throws {
        for path in Self.paths.prefix(60) {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let result = parse([UInt8](data))
            #expect(TreeInvariants.violations(in: result) == [], "\(path)")
        }
    }
}
