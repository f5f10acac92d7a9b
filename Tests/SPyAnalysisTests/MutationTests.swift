import SPyAnalysis
import SPySyntax
import Testing

/// Programs of the data files, damaged at random from a fixed seed: what comes from outside may be anything.
@Suite("Damaged programs")
struct MutationTests {
    /// A generator of numbers that is the same everywhere (SplitMix64).
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let pieces = [
        "(", ")", "[", "]", "{", "}", ":", "\n", "    ", "=", ":=", "as ", "except ", "case ", "match ", "**",
        "lambda ",
        "def ", "class ", ".", ",", "\"", "'", "f\"{", "\\\n", "global x\n", "import ", "from ", "finally:\n",
        "else:\n",
        "elif ", "break\n", "return ", "\u{202E}", "async ", "await ", "yield ", "with ", "del ", "for ",
        "in ", "not ",
    ].map { Array($0.utf8) }

    static let programs =
        (Programs.lines("Data/accepted.txt") + EscapeTests.escapes.map(\.program))
        .map { Array(Programs.expand($0).utf8) } + WarningTests.examples.map { Array($0.program.utf8) }

    static func damaged(_ seed: Int) -> [UInt8] {
        var numbers = Numbers(state: UInt64(seed))
        var program = programs.randomElement(using: &numbers) ?? []
        for _ in 0..<Int.random(in: 1...5, using: &numbers) {
            let place = Int.random(in: 0...program.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: program.insert(contentsOf: pieces.randomElement(using: &numbers) ?? [], at: place)
            case 1:
                program.removeSubrange(
                    place..<min(program.count, place + Int.random(in: 1...9, using: &numbers))
                )
            case 2:
                let start = Int.random(in: 0...program.count, using: &numbers)
                program.insert(contentsOf: program[start..<min(program.count, start + 30)], at: place)
            default: program.insert(UInt8.random(in: 0...255, using: &numbers), at: place)
            }
        }
        return program
    }

    @Test("are analysed without a crash, with findings in order and inside of the text", arguments: 0..<20)
    func analysed(_ batch: Int) {
        for seed in (batch * 250)..<((batch + 1) * 250) {
            let analysis = analyze(MutationTests.damaged(seed))
            // What is missing at the end may be reported one behind it.
            let end = UInt32(analysis.source.utf8.count + 1)
            for (one, next) in zip(analysis.diagnostics, analysis.diagnostics.dropFirst()) {
                #expect(one.range.start <= next.range.start, "seed \(seed)")
            }
            for diagnostic in analysis.diagnostics {
                #expect(
                    diagnostic.range.start <= diagnostic.range.end && diagnostic.range.end <= end,
                    "seed \(seed)"
                )
                #expect(!diagnostic.message.contains("{0}"), "seed \(seed)")
            }
        }
    }
}
