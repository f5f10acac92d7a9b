import Foundation
import SPySandbox
import SPySyntax
import TestSupport
import Testing

/// Programs made of pieces of other programs, and of bytes gone wrong: whatever they are, the run ends and the process
/// lives. `SPY_FUZZ` gives the number of programs, `SPY_SEED` the seed.
struct FuzzTests {
    private static func setting(_ name: String, _ fallback: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? fallback
    }

    @Test("programs of the corpus keep their budgets and give the same answer twice")
    func corpus() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            #expect(
                FuzzEntry.violations(in: [UInt8](try Data(contentsOf: file))) == [],
                "\(file.lastPathComponent)"
            )
        }
    }

    @Test("mixed-up programs end within their budgets")
    func mixtures() throws {
        var random = SeededGenerator(seed: UInt64(Self.setting("SPY_SEED", 1)))
        let sources = try ProgramCases.topics.flatMap { try ProgramCases.cases(of: $0) }.map {
            Array($0.source.utf8)
        }
        let lines = sources.flatMap { $0.split(separator: 10).map(Array.init) }
        let sandbox = Sandbox(limits: FuzzEntry.limits)
        var valid = 0
        for _ in 0..<Self.setting("SPY_FUZZ", 2_000) {
            var program = sources.randomElement(using: &random)!
            switch Int.random(in: 0..<4, using: &random) {
            case 0: mutate(&program, &random)
            case 1: exchangeTokens(&program, sources, &random)
            case 2:
                var own = program.split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = Int.random(in: 0...own.count, using: &random)
                    own.insert(lines.randomElement(using: &random)!, at: place)
                }
                program = Array(own.joined(separator: [10]))
            default: program += sources.randomElement(using: &random)!
            }
            let parsed = parse(program)
            if parsed.isValid { valid += 1 }
            let outcome = sandbox.run(parsed)
            #expect(outcome.steps <= FuzzEntry.limits.steps)
        }
        // Most of it must get past the parser, or the sandbox is not being tried.
        #expect(valid * 4 > Self.setting("SPY_FUZZ", 2_000))
    }

    private func mutate(_ program: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where !program.isEmpty {
            let place = Int.random(in: 0..<program.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: program.remove(at: place)
            case 1: program[place] = UInt8.random(in: 32..<127, using: &random)
            default: program.insert(program.randomElement(using: &random)!, at: place)
            }
        }
    }

    /// Replaces some words and numbers by others, which keeps most programs valid.
    private func exchangeTokens(
        _ program: inout [UInt8],
        _ sources: [[UInt8]],
        _ random: inout SeededGenerator
    ) {
        func words(_ text: [UInt8]) -> [Range<Int>] {
            var ranges: [Range<Int>] = []
            var start: Int?
            for (index, byte) in (text + [32]).enumerated() {
                let isWord = byte == 95 || (byte >= 48 && byte < 58) || (byte | 32 >= 97 && byte | 32 < 123)
                if isWord, start == nil { start = index }
                if !isWord, let first = start {
                    ranges.append(first..<index)
                    start = nil
                }
            }
            return ranges
        }
        let other = Bool.random(using: &random) ? program : sources.randomElement(using: &random)!
        let others = words(other)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let target = words(program).randomElement(using: &random),
                let replacement = others.randomElement(using: &random)
            else { return }
            program.replaceSubrange(target, with: other[replacement])
        }
    }
}
