import Foundation
import SPySyntax
import Testing

/// Agreement with CPython 3.11 on which programs are accepted.
@Suite("Agreement with CPython on acceptance", .enabled(if: CPython.isAvailable))
struct ProgramAgreementTests {
    @Test("20,000 seeded mutations of statements of the library are accepted or refused by both")
    func mutations() throws {
        let seed = ProcessInfo.processInfo.environment["SPY_SYNTAX_SEED"].flatMap(UInt64.init) ?? 3_11
        var mutator = Mutator(seed: seed, statements: try Self.statements())
        let programs = (0..<20_000).map { _ in mutator.next() }
        let disagreements = try Self.disagreements(on: programs)
        #expect(disagreements == [])
    }

    @Test("every string in CPython's tests, taken as a program, is accepted or refused by both")
    func strings() throws {
        let lines = try CPython.ask("strings").split(separator: "\n")
        let decoder = JSONDecoder()
        let programs = try lines.map { try decoder.decode(String.self, from: Data($0.utf8)) }
        #expect(programs.count > 40_000)
        let disagreements = try Self.disagreements(on: programs)
        #expect(disagreements == [])
    }

    @Test("programs of the corpus of failures are accepted or refused by both")
    func corpus() throws {
        let programs = try Corpus.programs().compactMap { String(validating: $0, as: UTF8.self) }
        #expect(try Self.disagreements(on: programs) == [])
    }

    /// Whole statements of the library, none longer than a screen or two.
    private static func statements() throws -> [String] {
        var statements: [String] = []
        for path in LibraryAgreementTests.paths.prefix(220) {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let result = parse([UInt8](data))
            guard result.isValid else { continue }
            for id in result.tree[result.tree.body] {
                let range = result.tree.range(of: id)
                if range.count < 1500 { statements.append(result.source.text(in: range) + "\n") }
            }
        }
        return statements
    }

    private static func disagreements(on programs: [String]) throws -> [String] {
        let verdicts = try CPython.verdicts(on: programs)
        try #require(verdicts.count == programs.count)
        return zip(programs, verdicts).compactMap { program, verdict in
            // Where CPython runs out of stack it has no opinion.
            if verdict == "?" { return nil }
            let result = parse(program)
            if result.isValid == (verdict == "+") { return nil }
            return
                "CPython says \(verdict), we say \(result.diagnostics.prefix(2).map(\.message)):\n\(program)"
        }
    }
}
