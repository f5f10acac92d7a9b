import SPyAnalysis
import SPySyntax
import Testing

@Suite("Attempts to get out of a program")
struct EscapeTests {
    static let escapes = Programs.cases("Data/escapes.txt")
    static let accepted = Programs.lines("Data/accepted.txt").map(Programs.expand)

    @Test("are kept in a large number")
    func largeNumber() {
        #expect(EscapeTests.escapes.count >= 250)
    }

    @Test("are refused by the rule beside them", arguments: escapes)
    func refused(_ attempt: Programs.Case) {
        let analysis = analyze(attempt.program)
        #expect(analysis.errors.contains(attempt.rule), "\(analysis.summaries)")
        #expect(parse(attempt.program).isValid, "an attempt has to be a program that Python takes")
    }

    @Test("are not seen where there is none", arguments: accepted)
    func notSeen(_ program: String) {
        let analysis = analyze(program)
        #expect(analysis.isAccepted, "\(analysis.summaries)")
    }

    @Test("say what Python reads where the text looks different")
    func normalisedNames() {
        let analysis = analyze("ｅｖａｌ(1)")
        #expect(
            analysis.diagnostics.first?.message
                == "SPy programs may not use 'eval'. Python reads 'ｅｖａｌ' as 'eval'."
        )
    }
}
