import Foundation
import SPySandbox
import SPySyntax
import Testing

struct ProgramTests {
    @Test("output, exception and traceback are CPython's", arguments: ProgramCases.topics)
    func agreement(_ topic: String) throws {
        let sandbox = Sandbox()
        for program in try ProgramCases.cases(of: topic) {
            let outcome = sandbox.run(parse(program.source))
            let given = ProgramCases.text(of: outcome)
            #expect(
                given == program.expected,
                "\(topic), \(program.name):\n\(program.source)--- CPython\n\(program.expected)--- SPy\n\(given)"
            )
        }
    }

    @Test("there are at least nine hundred of them")
    func count() throws {
        let count = try ProgramCases.topics.reduce(0) { try $0 + ProgramCases.cases(of: $1).count }
        #expect(count >= 900)
    }

    @Test("random programs give CPython's output and exception, wherever CPython 3.11 is")
    func generated() throws {
        let seed = ProcessInfo.processInfo.environment["SPY_SEED"] ?? "1"
        let count = ProcessInfo.processInfo.environment["SPY_PROGRAMS"] ?? "5000"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "PYTHONHASHSEED=0", "python3.11", "-W", "ignore",
            ProgramCases.folder.appending(path: "generate.py").path,
            seed, count,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        // 127: the machine has no such Python.
        try #require([0, 127].contains(process.terminationStatus))
        let sandbox = Sandbox()
        var differences: [String] = []
        for line in data.split(separator: UInt8(ascii: "\n")) {
            let row = try JSONDecoder().decode(GeneratedProgram.self, from: line)
            let outcome = sandbox.run(parse(row.source))
            let error = outcome.error.map { [$0.type, $0.message] }
            if outcome.output == row.output, error == row.error { continue }
            differences.append(
                "\(row.source)\n--- CPython\n\(row.output)\(row.error ?? [])\n--- SPy\n\(outcome.output)\(error ?? [])"
            )
        }
        #expect(
            differences.isEmpty,
            "\(differences.count) differ, the first:\n\(differences.first ?? "")"
        )
    }
}

/// A line of `generate.py`.
private struct GeneratedProgram: Decodable {
    let source: String
    let output: String
    let error: [String]?
}
