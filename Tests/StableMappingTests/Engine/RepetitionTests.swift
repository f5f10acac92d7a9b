import StableMapping
import Testing

/// What the engine knows without looking must be what it would find.
@Suite("The same asked again")
struct RepetitionTests {
    /// What a client may ask, version after version.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var given: [String: String] = [:]
        var replaces = false
        var derives = true
        /// Entries given with the first version.
        var before: [String: String] = [:]
        var code =
            "def f(x):\n    a = load(x)\n    log(1)\n    log(1)\n    if a > 1:\n        keep(a)\n    return a\n"
    }

    static let cases = [
        Case(testDescription: "nothing"),
        Case(testDescription: "nothing, without derivation", derives: false),
        Case(testDescription: "an entry in full", given: ["f::a": "one"]),
        Case(testDescription: "an entry without scope", given: ["a": "one"]),
        Case(testDescription: "an entry that fits nothing", given: ["missing": "one"]),
        Case(testDescription: "an entry that fits several", given: ["log(1)": "one"]),
        Case(testDescription: "one ID for two facts", given: ["f::a": "one", "f::keep(a)": "one"]),
        Case(testDescription: "two keys for one fact", given: ["a": "one", "f::a": "two"]),
        Case(testDescription: "the whole mapping", given: ["f::a": "one"], replaces: true),
        Case(testDescription: "an empty mapping as the whole", replaces: true, before: ["f::a": "one"]),
        Case(
            testDescription: "nothing after entries",
            before: ["a": "one", "log(1)": "two", "gone": "three"]
        ),
        Case(testDescription: "an empty program", code: ""),
    ]

    @Test("is answered the same as if it were looked at anew, in each version", arguments: cases)
    func same(_ asked: Case) throws {
        let program = ProgramFacts(asked.code)
        var known = try Versions.first(asked.code, given: asked.before)
        var anew = known
        for version in Int32(2)...6 {
            let request = { (program: ProgramFacts) in
                MappingRequest(
                    process: Versions.process,
                    version: version,
                    program: program,
                    given: asked.given,
                    replacesMapping: asked.replaces,
                    derives: asked.derives
                )
            }
            known = try MappingEngine.next(after: MappedVersion(known, program: program), request(program))
            anew = try MappingEngine.next(
                after: MappedVersion(state: anew.state, program: ProgramFacts(asked.code)),
                request(ProgramFacts(asked.code))
            )
            #expect(known.state == anew.state, "version \(version)")
            #expect(known.report == anew.report, "version \(version)")
        }
    }

    @Test("another question is looked at: what comes back, goes and is given anew")
    func another() throws {
        let code = Self.cases[0].code
        let program = ProgramFacts(code)
        var known = try Versions.first(code)
        var anew = known
        let questions: [([String: String], replaces: Bool, derives: Bool)] = [
            ([:], false, true), ([:], false, true), (["a": "one"], false, true), ([:], false, true),
            ([:], false, true), ([:], true, false), ([:], false, false), ([:], false, false),
            ([:], false, true),
            ([:], false, true), (["a": "two"], true, true),
        ]
        for (index, question) in questions.enumerated() {
            let request = { (program: ProgramFacts) in
                MappingRequest(
                    process: Versions.process,
                    version: Int32(index + 2),
                    program: program,
                    given: question.0,
                    replacesMapping: question.replaces,
                    derives: question.derives
                )
            }
            known = try MappingEngine.next(after: MappedVersion(known, program: program), request(program))
            anew = try MappingEngine.next(
                after: MappedVersion(state: anew.state, program: ProgramFacts(code)),
                request(ProgramFacts(code))
            )
            #expect(known.state == anew.state, "question \(index)")
            #expect(known.report == anew.report, "question \(index)")
        }
    }
}
