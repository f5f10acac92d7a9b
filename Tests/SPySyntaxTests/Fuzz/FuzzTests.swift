import Foundation
import SPySyntax
import TestSupport
import Testing

/// The parser on texts that nobody would write. `SPY_SYNTAX_FUZZ_SECONDS` says how long, `SPY_SYNTAX_SEED` with what.
@Suite("Fuzzing the lexer and the parser")
struct FuzzTests {
    @Test("inputs of the corpus crash nothing and keep the promises of trees")
    func corpus() throws {
        let programs = try Corpus.programs()
        #expect(!programs.isEmpty)
        for program in programs {
            #expect(FuzzEntry.violations(in: program) == [], "\(String(decoding: program, as: UTF8.self))")
        }
    }

    @Test("random and mutated texts crash nothing and keep the promises of trees")
    func random() throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["SPY_SYNTAX_FUZZ_SECONDS"].flatMap(Int.init) ?? 3
        let seed = environment["SPY_SYNTAX_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
        let end = ContinuousClock.now + .seconds(seconds)
        var generator = ProgramGenerator(seed: seed, seeds: try Corpus.programs())
        var count = 0
        while ContinuousClock.now < end {
            let program = generator.next()
            let violations = FuzzEntry.violations(in: program)
            count += 1
            guard !violations.isEmpty else { continue }
            Issue.record(
                "seed \(seed), program \(count): \(violations)\n\(String(decoding: program, as: UTF8.self).debugDescription)"
            )
            return
        }
        #expect(count > 0)
    }
}

/// Makes texts: tokens at random, nested by a small grammar, or mutations of the corpus.
struct ProgramGenerator {
    private var random: SeededGenerator
    private let seeds: [[UInt8]]

    init(seed: UInt64, seeds: [[UInt8]]) {
        random = SeededGenerator(seed: seed)
        self.seeds = seeds
    }

    mutating func next() -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Array(tokens().utf8)
        case 1: return Array(statement(depth: 0, indentation: 0).utf8)
        case 2: return mutated(Array(statement(depth: 0, indentation: 0).utf8))
        default: return mutated(seeds.randomElement(using: &random) ?? [])
        }
    }

    private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random)! }

    private mutating func tokens() -> String {
        (0..<Int.random(in: 1..<60, using: &random)).map { _ in
            pick(Mutator.tokens) + pick(["", " ", " ", "\n"])
        }.joined()
    }

    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1..<6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1: bytes.insert(contentsOf: pick(Mutator.tokens).utf8, at: place)
            case 2: if place < bytes.count { bytes.remove(at: place) }
            default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
            }
        }
        return bytes
    }

    private mutating func expression(_ depth: Int) -> String {
        guard depth < 6 else {
            return pick(["x", "1", "'a'", "None", "f'{x}'", "b''", "0x1F", "1e5j", "..."])
        }
        let one = expression(depth + Int.random(in: 1..<4, using: &random))
        let two = expression(depth + Int.random(in: 2..<5, using: &random))
        return pick([
            "\(one) + \(two)", "(\(one), \(two))", "[\(one), *\(two)]", "{\(one): \(two)}",
            "f(\(one), k=\(two))",
            "\(one) if \(two) else x", "lambda a, *b: \(one)", "[\(one) for x in \(two) if x]", "not \(one)",
            "-\(one)",
            "\(one)[\(two):]", "\(one).a", "(y := \(one))", "\(one) < \(two) is not x", "\(one) and \(two)",
            "f\"{\(one)!r:>{x}}\"", "await \(one)", "(yield \(one))", "\(one) ** \(two)", "{*\(one)}",
            "\(one) or \(two)",
        ])
    }

    private mutating func statement(depth: Int, indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation * pick(["1", "2", "4"]).utf8.count * 2)
        let value = expression(Int.random(in: 0..<5, using: &random))
        let simple = pick([
            "x = \(value)", "return \(value)", "del x, y[0]", "import a.b as c", "from . import (a, b as c)",
            "raise \(value)",
            "assert \(value), x", "x: \(value) = 1", "x += \(value)", "pass", "break", "global x",
            "nonlocal y", value,
        ])
        guard depth < 4 else { return margin + simple + "\n" }
        let body = (0..<Int.random(in: 1..<4, using: &random))
            .map { _ in statement(depth: depth + 1, indentation: indentation + 1) }.joined()
        let header = pick([
            "if \(value)", "while \(value)", "for x, *y in \(value)", "def f(a, /, b: int = 1, *c, d, **e)",
            "class A(x, k=1)",
            "with \(value) as x, y", "try", "async def f()", "match \(value)", "case [x, *_] if \(value)",
            "except* x as y",
            "else", "finally", "@x\ndef g()",
        ])
        return Bool.random(using: &random) ? margin + simple + "\n" : margin + header + ":\n" + body
    }
}
