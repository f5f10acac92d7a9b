import Foundation
import Testing

@testable import SPySandbox

/// Cases made by CPython: each a row of fields, the last of which is CPython's answer.
///
/// `Cases/TOPIC.py SEED COUNT` prints them; `Cases/TOPIC.tsv` keeps one such print, so that the tests say the same where
/// there is no CPython. Fields are separated by tabs and escaped as Python's `unicode_escape` does.
enum EngineCases {
    typealias Row = [String]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    static func stored(_ topic: String) throws -> [Row] {
        rows(try Data(contentsOf: folder.appending(path: "\(topic).tsv")))
    }

    /// Runs the machine's CPython; nothing if it has no 3.11.
    ///
    /// `SPY_SEED` in the environment adds to the seed, so that a longer search needs no change of code.
    static func generated(_ topic: String, seed: Int, count: Int) throws -> [Row] {
        let seed = seed + (ProcessInfo.processInfo.environment["SPY_SEED"].flatMap(Int.init) ?? 0)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3.11", folder.appending(path: "\(topic).py").path, "\(seed)", "\(count)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require([0, 127].contains(process.terminationStatus))
        return rows(data)
    }

    /// Asserts that `answer` gives CPython's answer on every row, and shows the first rows where it does not.
    static func check(
        _ rows: [Row],
        atLeast minimum: Int = 1,
        sourceLocation: SourceLocation = #_sourceLocation,
        answer: ([String]) throws -> String
    ) {
        #expect(rows.count >= minimum, sourceLocation: sourceLocation)
        var differences: [String] = []
        for row in rows {
            let given = outcome { try answer(Array(row.dropLast())) }
            if given != row.last {
                differences.append(
                    "\(row.dropLast().joined(separator: " | "))\n    CPython: \(row.last ?? "")\n    ours:    \(given)"
                )
            }
        }
        let shown = differences.prefix(12).joined(separator: "\n")
        #expect(
            differences.isEmpty,
            "\(differences.count) of \(rows.count) differ:\n\(shown)",
            sourceLocation: sourceLocation
        )
    }

    private static func rows(_ data: Data) -> [Row] {
        data.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
        }
    }
}

/// How an answer or an error is written in the case files.
func outcome(_ body: () throws -> String) -> String {
    do {
        return try body()
    } catch let error as EngineError {
        switch error {
        case .raised(let exception): return Text("\(exception.type): \(exception.message)").escaped
        case .budgetExceeded(let exceeded): return "budget \(exceeded.budget.rawValue)"
        case .stopped: return "stopped"
        }
    } catch {
        return "unexpected \(error)"
    }
}
