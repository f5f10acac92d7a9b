import Foundation
import StableMapping
import Testing

@Suite("The state of a mapping")
struct StateTests {
    @Test("it is stored in a form that stays readable")
    func form() throws {
        let code = "def f(x):\n    a = load(x)\n"
        let first = try Versions.first(code, given: ["a": "one", "nowhere": "two"])
        let second = try Versions.next(first, code, "def f(x):\n    pass\n")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let json = String(decoding: try encoder.encode(second.state), as: UTF8.self)
        #expect(
            json == """
                {"e":[{"i":"two","k":"nowhere","o":"g","s":1}],"r":[{"f":"f::load(x)",\
                "i":"\(first.mapping["f::load(x)"] ?? "")","r":2,"s":1},{"f":"f::a","i":"one","r":2,"s":1}],"v":2}
                """
        )
    }

    @Test("it comes back from its stored form as it was", arguments: ExampleProcessTests.processes)
    func roundTrip(of process: ExamplePrograms.Process) throws {
        let (first, second) = try Versions.pair(process.versions[0].code, process.versions[2].code)
        for state in [first.state, second.state] {
            let decoded = try JSONDecoder().decode(MappingState.self, from: JSONEncoder().encode(state))
            #expect(decoded == state)
        }
    }

    @Test("entries know since when their ID is their fact's, however often that moved")
    func since() throws {
        let (one, two, three) = (
            "a = load(1)\nkeep(a)\n", "b = load(1)\nkeep(b)\n", "b = load(1)\nc = 2\nkeep(b)\n"
        )
        let first = try Versions.first(one)
        let second = try Versions.next(first, one, two)
        let third = try Versions.next(second, two, three)
        let since = Dictionary(uniqueKeysWithValues: third.state.entries.map { ($0.key, $0.since) })
        #expect(since == ["b": 1, "c": 3, "keep(b)": 1, "load(1)": 1])
    }

    @Test("that of a mapping which the engine did not make takes all entries as given")
    func given() throws {
        let program = ProgramFacts("def f(x):\n    a = load(x)\n    return a\n")
        let mapping = ["a": "one", "f::a": "two", "no key": "three", "nowhere": "four"]
        let state = MappingState(version: 7, given: mapping, program: program)
        #expect(state.version == 7 && state.mapping == mapping && state.retired.isEmpty)
        #expect(state.entries.allSatisfy { $0.origin == .given && $0.since == 7 })
        // Of two keys for one fact the one in full counts.
        #expect(state.entries.compactMap(\.fact) == ["f::a"])
        // The engine goes on from there, and keeps what nobody could give any more.
        let next = try MappingEngine.next(
            after: MappedVersion(state: state, program: program),
            MappingRequest(process: Versions.process, version: 8, program: program)
        )
        #expect(mapping.allSatisfy { next.mapping[$0.key] == $0.value })
        #expect(next.report.derived.map(\.key) == ["f::load(x)", "f::return a"])
    }
}
