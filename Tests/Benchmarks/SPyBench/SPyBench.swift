import ArgumentParser
import Foundation
import SPyAnalysis
import SPySandbox
import SPySyntax

/// What scripts/bench spy measures: each call measures one thing and prints one JSON object.
@main
struct SPyBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spy-bench",
        subcommands: [Files.self, Memory.self, Worst.self, Run.self, Hostile.self]
    )

    /// Passes over files in memory, for as long as asked.
    struct Files: ParsableCommand {
        @Argument(help: "A file with the path of a program on each line.") var list: String
        @Option var seconds = 2.0
        @Flag(help: "Check the rules too.") var analyze = false

        func run() throws {
            let programs = try readAll(list)
            let work: ([UInt8]) -> Int =
                analyze
                ? { SPyAnalysis.analyze($0).diagnostics.count } : { SPySyntax.parse($0).diagnostics.count }
            for program in programs { keep(work(program)) }
            let clock = ContinuousClock()
            let start = clock.now
            var passes = 0
            repeat {
                for program in programs { keep(work(program)) }
                passes += 1
            } while (clock.now - start).inSeconds < seconds
            let bytes = programs.reduce(0) { $0 + $1.count } * passes
            report(["bytes": Double(bytes), "seconds": (clock.now - start).inSeconds])
        }
    }

    /// How much resident memory the trees of all files take at once.
    struct Memory: ParsableCommand {
        @Argument(help: "A file with the path of a program on each line.") var list: String

        func run() throws {
            let programs = try readAll(list)
            let before = try residentBytes()
            let trees = programs.map { SPySyntax.parse($0) }
            let used = try residentBytes() - before
            keep(trees.count)
            report(["bytes": Double(programs.reduce(0) { $0 + $1.count }), "used": Double(used)])
        }
    }

    /// One program that is hard to parse, of a size.
    struct Worst: ParsableCommand {
        @Argument var form: WorstCase
        @Argument var size: Int

        func run() throws {
            let program = Array(form.program(size).utf8)
            let clock = ContinuousClock()
            var fastest = Double.infinity
            for _ in 0..<5 {
                let time = clock.measure { keep(SPySyntax.parse(program).diagnostics.count) }
                fastest = min(fastest, time.inSeconds)
            }
            report(["bytes": Double(program.count), "seconds": fastest])
        }
    }

    /// `main(n)` of a program in the sandbox.
    struct Run: ParsableCommand {
        @Argument var path: String
        @Argument var count: Int

        func run() throws {
            let parsed = SPySyntax.parse(try read(path))
            var sandbox = Sandbox()
            sandbox.limits.steps = .max
            sandbox.limits.memoryBytes = 1 << 30
            let clock = ContinuousClock()
            let start = clock.now
            let outcome = sandbox.run(parsed, calling: Sandbox.Call("main", arguments: "[\(count)]"))
            let seconds = (clock.now - start).inSeconds
            guard let result = outcome.result?.json, let number = Double(result) else {
                throw ValidationError("\(path) failed: \(outcome.error?.message ?? "no number")")
            }
            report(["seconds": seconds, "result": number])
        }
    }
}

/// Programs on which a parser may take too long.
enum WorstCase: String, ExpressibleByArgument {
    case parentheses, line, lines, ifs

    func program(_ size: Int) -> String {
        switch self {
        case .parentheses: String(repeating: "(", count: size) + "1" + String(repeating: ")", count: size)
        case .line: "x = [" + String(repeating: "1, ", count: size / 3) + "]"
        case .lines: String(repeating: "x = 1\n", count: size)
        case .ifs:
            (0..<size).map { String(repeating: " ", count: $0) + "if x:\n" }.joined()
                + String(repeating: " ", count: size) + "y\n"
        }
    }
}

private func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
}

private func readAll(_ list: String) throws -> [[UInt8]] {
    try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").map { try read(String($0)) }
}

private func residentBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (Int(status.split(separator: " ")[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
}

/// Results that nobody reads must not be optimised away.
@inline(never)
private func keep(_ value: Int) {
    if value == .min { print(value) }
}

func report(_ figures: [String: Double]) {
    let members = figures.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    print("{" + members.joined(separator: ", ") + "}")
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
