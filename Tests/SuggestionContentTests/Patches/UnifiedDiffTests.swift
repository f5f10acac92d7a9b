import Foundation
import SuggestionContent
import TestSupport
import Testing

@Suite("Unified diffs")
struct UnifiedDiffTests {
    private func text(_ random: inout SeededGenerator, _ lines: Int) -> String {
        let words = [
            "a", "b", "", "c\r", "d é", "-x", "+y", "@@ -1 +1 @@", "\\ No newline", "--- a", "e\u{301}",
        ]
        var text = (0..<random.below(lines)).map { _ in words[random.below(words.count)] + "\n" }.joined()
        if random.below(3) == 0 { text += "end without a line break" }
        return text
    }

    @Test("A change that is made, written, read and applied again gives the new text, byte for byte")
    func roundTrip() throws {
        for seed in 0..<400 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let old = text(&random, 40)
            let new = seed % 3 == 0 ? text(&random, 40) : mutated(old, &random)
            guard let diff = UnifiedDiff(from: old, to: new, name: "process.spy") else {
                #expect(Array(old.utf8) == Array(new.utf8), "seed \(seed)")
                continue
            }
            #expect(Array(try diff.apply(to: old).utf8) == Array(new.utf8), "seed \(seed)")
            let read = try UnifiedDiff(parsing: diff.text)
            #expect(read == diff, "seed \(seed)\n\(diff.text)")
        }
    }

    private func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        for _ in 0..<1 + random.below(4) where !lines.isEmpty {
            let place = random.below(lines.count)
            switch random.below(3) {
            case 0: lines.remove(at: place)
            case 1: lines.insert("new \(random.below(100))", at: place)
            default: lines[place] = "changed"
            }
        }
        return lines.joined(separator: "\n")
    }

    @Test("The text is what git applies, and what diff(1) writes is read")
    func standardTools() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "diff-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for seed in 0..<12 as Range<UInt64> {
            var random = SeededGenerator(seed: 1_000 + seed)
            let old = (0..<60).map { "line \($0 % 17)\n" }.joined()
            let new = mutated(old, &random)
            let file = folder.appendingPathComponent("process.spy")
            let other = folder.appendingPathComponent("new.spy")
            try Data(old.utf8).write(to: file)
            try Data(new.utf8).write(to: other)
            if let diff = UnifiedDiff(from: old, to: new, name: "process.spy") {
                let patch = folder.appendingPathComponent("change.patch")
                try Data(diff.text.utf8).write(to: patch)
                let (status, output) = try run("git", ["apply", "change.patch"], in: folder)
                #expect(status == 0, "\(output)")
                #expect(try Data(contentsOf: file) == Data(new.utf8), "seed \(seed)")
                try Data(old.utf8).write(to: file)
                let (_, theirs) = try run("diff", ["-u", "process.spy", "new.spy"], in: folder)
                #expect(try UnifiedDiff(parsing: theirs).apply(to: old) == new, "seed \(seed)")
            }
        }
    }

    private func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (Int32, String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = folder
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test(
        "A hunk whose lines do not stand in the text is refused, never bent to fit",
        arguments: [
            ("@@ -1,2 +1,2 @@\n a\n-x\n+y\n", PatchProblem.notFound(hunk: 1)),
            ("@@ -1 +1 @@\n-A\n+y\n", .notFound(hunk: 1)),
            ("@@ -9 +9 @@\n-b\n+y\n", .ambiguous(hunk: 1)), ("@@ -1 +1 @@\n-a \n+y\n", .notFound(hunk: 1)),
            ("@@\n+y\n", .notFound(hunk: 1)), ("hello\n", .malformed(line: 1)), ("", .malformed(line: 1)),
            ("@@ -1 +1 @@\nx\n", .malformed(line: 2)),
            ("@@ -4 +4 @@\n-d\n+y\n@@ -1 +1 @@\n-a\n+z\n", .notFound(hunk: 2)),
            ("@@ -x +1 @@ f\n-a\n", .malformed(line: 1)),
        ]
    )
    func refused(_ example: (patch: String, problem: PatchProblem)) {
        #expect(throws: example.problem) {
            try UnifiedDiff(parsing: example.patch).apply(to: "a\nb\nc\nd\nb\n")
        }
    }

    @Test(
        "A hunk with a wrong number is made at the one place where its lines stand",
        arguments: [
            ("@@ -9 +9 @@\n-c\n+y\n", "a\nb\ny\nd\nb\n"), ("@@ ... @@\n c\n-d\n+y\n", "a\nb\nc\ny\nb\n"),
            ("@@ -5 +5 @@\n-b\n+y\n", "a\nb\nc\nd\ny\n"),
            ("@@ -0,0 +1 @@\n+y\n", "y\na\nb\nc\nd\nb\n"), ("@@ -5,0 +6 @@\n+y\n", "a\nb\nc\nd\nb\ny\n"),
        ]
    )
    func moved(_ example: (patch: String, result: String)) throws {
        let result = try UnifiedDiff(parsing: example.patch).apply(to: "a\nb\nc\nd\nb\n")
        #expect(result == example.result)
    }
}
