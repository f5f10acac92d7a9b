import SPySyntax
import StableMapping
import Testing

@Suite("Pairs of programs")
struct PairTests {
    static let cases: [PairCase] = (try? PairCase.read()) ?? []

    @Test("there are at least sixty, each with a name of its own and two programs that parse")
    func form() {
        #expect(Self.cases.count >= 60)
        #expect(Set(Self.cases.map(\.name)).count == Self.cases.count)
        for example in Self.cases {
            #expect(parse(example.before).isValid, "\(example.name)")
            #expect(parse(example.after).isValid, "\(example.name)")
        }
    }

    @Test("facts become what a person would say", arguments: cases)
    func evolution(of example: PairCase) throws {
        let actual = try example.actual()
        let missing = example.expected.filter { !actual.contains($0) }.map { "- \($0)" }
        let unexpected = actual.filter { !example.expected.contains($0) }.map { "+ \($0)" }
        #expect(
            actual == example.expected,
            "\(example.name)\n\((missing + unexpected).joined(separator: "\n"))"
        )
    }

    @Test("no fact ID stands on two expressions", arguments: cases)
    func uniqueness(of example: PairCase) throws {
        let (first, second) = try Versions.pair(example.before, example.after)
        for outcome in [first, second] { #expect(Set(outcome.mapping.values).count == outcome.mapping.count) }
    }
}
