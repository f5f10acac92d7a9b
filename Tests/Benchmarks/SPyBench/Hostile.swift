import ArgumentParser
import Dispatch
import Foundation
import SPySandbox
import SPySyntax

/// Programs that would take all time or memory, each against its budget and against the clock.
///
/// A run may take as long as its steps are worth; what it takes beyond that is how late it noticed that a budget is
/// crossed, and that must be less than 100 ms.
struct Hostile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that every hostile program ends within 100 ms of crossing its budget."
    )

    @Argument(help: "A file with programs, each under a line '### BUDGET'.") var path: String
    @Option(help: "The most that a run may take beyond its steps.") var milliseconds = 100.0
    @Flag(help: "Print what each program took.") var verbose = false
    @Flag(help: "Take any budget for the right one, to find out which it is.") var budgets = false

    /// What a step may take at the most, on a loaded machine too. Most take twenty to fifty.
    private static let nanosecondsOfStep = 400.0

    func run() throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        var (count, slowest, failures) = (0, 0.0, 0)
        for section in text.components(separatedBy: "\n### ").dropFirst() {
            let parts = section.split(separator: "\n", maxSplits: 1)
            guard parts.count == 2 else { continue }
            count += 1
            for steps in [20_000, 200_000, parts[0] == "steps" ? 3_000_000 : 100_000_000] {
                let trial = Trial(source: String(parts[1]), steps: steps)
                let late = trial.milliseconds - Double(trial.outcome.steps) * Self.nanosecondsOfStep / 1e6
                slowest = max(slowest, late)
                let budget = trial.outcome.error?.budget ?? trial.outcome.error?.message ?? "none"
                let isRight = steps <= 200_000 || budget == parts[0] || budgets
                let isFailure = late > milliseconds || !isRight
                if isFailure { failures += 1 }
                if verbose || isFailure {
                    let shown = parts[1].replacing("\n", with: "↵").prefix(120)
                    print(
                        "\(isFailure ? "✘" : "✔") \(Int(trial.milliseconds)) ms",
                        trial.outcome.steps,
                        budget,
                        shown
                    )
                    fflush(nil)
                }
            }
        }
        report(["programs": Double(count), "slowest": slowest, "failures": Double(failures)])
        if failures > 0 || count == 0 { throw ExitCode(1) }
    }

    private struct Trial {
        let outcome: Outcome
        let milliseconds: Double

        init(source: String, steps: Int) {
            let program = SPySyntax.parse(source)
            let sandbox = Sandbox(limits: ExecutionLimits(steps: steps, memoryBytes: 32 << 20))
            // A run that would take minutes is a failure after twice what its steps may take at the most, too.
            let stop = StopRequest()
            let watchdog = DispatchWorkItem { stop.stop() }
            DispatchQueue.global().asyncAfter(deadline: .now() + 2.4, execute: watchdog)
            defer { watchdog.cancel() }
            let clock = ContinuousClock()
            let start = clock.now
            outcome = sandbox.run(program, stop: stop)
            milliseconds = (clock.now - start).inSeconds * 1000
        }
    }
}
