import SPySyntax
import StableMapping

/// Measures the matching of two versions and prints JSON: two programs of 2,000 lines, and how time grows with size.
///
/// Each number is the best of several runs of everything an update does once its code is parsed: facts of both programs,
/// matching, derivation, state and report. `parseMilliseconds` is what parsing the newer program costs besides.
@main
struct MappingBench {
    static let process = ProcessID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")

    static func main() throws {
        var lines: [String] = []
        for size in [500, 1_000, 2_000, 4_000, 8_000, 16_000] {
            lines.append(try measure("realistic edits", size, runs: size > 4_000 ? 5 : 15))
        }
        lines.append(
            try measure("all lines equal", 2_000, runs: 5) { count, _ in
                String(repeating: "log(x)\n", count: count)
            }
        )
        lines.append(
            try measure("another program of the same templates", 2_000, runs: 5) { count, seed in
                BenchProgram(lines: count, seed: seed).text
            }
        )
        print("[\n" + lines.map { "  " + $0 }.joined(separator: ",\n") + "\n]")
    }

    static func measure(
        _ name: String,
        _ size: Int,
        runs: Int,
        program: ((Int, UInt64) -> String)? = nil
    ) throws -> String {
        var base = BenchProgram(lines: size, seed: 1)
        let before = program?(size, 1) ?? base.text
        base.edit(everyLines: 25)
        let after = program?(size + 1, 2) ?? base.text
        guard let process else { return "" }
        let first = try MappingEngine.next(
            after: nil,
            MappingRequest(process: process, version: 1, program: ProgramFacts(before))
        )
        var best = Double.infinity
        var bestParse = Double.infinity
        var report = first.report
        for _ in 0..<runs {
            let (oldTree, newTree) = (parse(before), parse(after))
            bestParse = min(bestParse, milliseconds(ContinuousClock().measure { _ = parse(after) }))
            let time = try ContinuousClock().measure {
                let outcome = try MappingEngine.next(
                    after: MappedVersion(state: first.state, program: ProgramFacts(oldTree)),
                    MappingRequest(process: process, version: 2, program: ProgramFacts(newTree))
                )
                report = outcome.report
            }
            best = min(best, milliseconds(time))
        }
        return """
            {"case": "\(name)", "lines": \(size), "milliseconds": \(rounded(best)), \
            "parseMilliseconds": \(rounded(bestParse)), "facts": \(first.mapping.count), \
            "carried": \(report.carried.count), "moved": \(report.moved.count), \
            "derived": \(report.derived.count), "retired": \(report.retired.count)}
            """
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
