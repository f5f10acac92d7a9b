import SPySandbox
import SPySyntax

/// What is asked of the sandbox for every program, by the tests and by `scripts/fuzz`.
enum FuzzEntry {
    static let limits = ExecutionLimits(
        steps: 200_000,
        memoryBytes: 8 << 20,
        outputBytes: 1 << 16,
        integerBits: 1 << 16
    )

    /// Promises that do not hold for a program; a crash says so by itself.
    static func violations(in bytes: [UInt8]) -> [String] {
        let parsed = parse(bytes)
        let sandbox = Sandbox(limits: limits)
        let outcome = sandbox.run(parsed)
        var violations: [String] = []
        if outcome.steps > limits.steps { violations.append("\(outcome.steps) steps") }
        if outcome.output.utf8.count > limits.outputBytes {
            violations.append("\(outcome.output.utf8.count) bytes of output")
        }
        if !parsed.isValid, outcome.error?.kind != .refused { violations.append("a broken program ran") }
        let again = sandbox.run(parsed)
        if again != outcome { violations.append("two runs differ: \(outcome) and \(again)") }
        return violations
    }
}
