import Foundation
import SPySandbox
import SPySyntax
import Testing

/// Time against CPython's in the same minute, where `SPY_BENCH` is set: `SPY_BENCH=1 swift test -c release --filter
/// Benchmark`. The best of three runs counts for each.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["SPY_BENCH"] != nil))
struct BenchmarkTests {
    @Test(
        "within five times CPython's time",
        arguments: ["loops", "calls", "dictionaries", "strings", "lists"]
    )
    func ratio(_ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Benchmarks/\(name).spy"
        )
        let program = parse(try String(contentsOf: file, encoding: .utf8))
        let sandbox = Sandbox(limits: ExecutionLimits(steps: .max, memoryBytes: 1 << 30))
        var ours = Duration.seconds(1_000)
        for _ in 0..<3 {
            let start = ContinuousClock.now
            let outcome = sandbox.run(program)
            ours = min(ours, ContinuousClock.now - start)
            #expect(outcome.error == nil)
        }
        let theirs = try pythonTime(file)
        let ratio = ours / theirs
        print("spy \(name): \(ours), CPython: \(theirs), ratio \(ratio)")
        #expect(ratio < 5)
    }

    private func pythonTime(_ file: URL) throws -> Duration {
        let script = """
            import sys, time, io, contextlib
            code = compile(open(sys.argv[1]).read(), "p", "exec")
            best = 1e9
            for _ in range(3):
                start = time.perf_counter()
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(code, {})
                best = min(best, time.perf_counter() - start)
            print(int(best * 1e9))
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3.11", "-c", script, file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        return .nanoseconds(try #require(Int64(text)))
    }
}
