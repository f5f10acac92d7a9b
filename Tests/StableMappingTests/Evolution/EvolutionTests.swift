import StableMapping
import Testing

@Suite("Evolution and compatibility")
struct EvolutionTests {
    static let one = "def f(x):\n    a = load(x)\n    keep(a, 1)\n    return a\n"
    static let two = "def f(x):\n    b = load(x)\n    keep(b, 1)\n    log(b)\n"

    @Test("facts are kept, moved, added and removed")
    func sorts() throws {
        let (first, second) = try Versions.pair(Self.one, Self.two)
        let evolution = MappingEvolution(from: first.state, to: second.state)
        #expect(evolution.kept.map(\.key) == ["f::load(x)"])
        #expect(evolution.moved.map(\.oldKey) == ["f::a", "f::keep(a, 1)"])
        #expect(evolution.moved.map(\.key) == ["f::b", "f::keep(b, 1)"])
        #expect(evolution.added.map(\.key) == ["f::log(b)"])
        #expect(evolution.removed.map(\.key) == ["f::return a"])
        #expect(evolution.retargeted == [])
    }

    @Test("it spans any number of versions")
    func severalVersions() throws {
        let first = try Versions.first(Self.one)
        let second = try Versions.next(first, Self.one, Self.two)
        let third = try Versions.next(second, Self.two, Self.two.replacing("b", with: "c"))
        let evolution = MappingEvolution(from: first.state, to: third.state)
        #expect(evolution.moved.map(\.key) == ["f::c", "f::keep(c, 1)"])
        let back = try Versions.next(third, Self.two.replacing("b", with: "c"), Self.one)
        #expect(MappingEvolution(from: first.state, to: back.state).kept.count == first.mapping.count)
    }

    @Test("another ID for an expression, and another expression for an ID, are retargeted")
    func retargets() throws {
        let first = try Versions.first(Self.one, given: ["f::a": "one"])
        let newID = try Versions.next(first, Self.one, Self.one, given: ["f::a": "two"])
        let change = try #require(MappingEvolution(from: first.state, to: newID.state).retargeted.first)
        #expect((change.oldKey, change.key) == ("f::a", "f::a"))
        #expect((change.oldFactID, change.factID) == ("one", "two"))
        let elsewhere = try Versions.next(first, Self.one, Self.one, given: ["f::return a": "one"])
        let evolution = MappingEvolution(from: first.state, to: elsewhere.state)
        #expect(evolution.retargeted.map(\.oldKey).contains("f::a"))
        #expect(evolution.retargeted.map(\.key).contains("f::return a"))
        #expect(evolution.kept.count == 2)
    }

    @Test("an ID that was retired and given to another expression is retargeted")
    func retiredAndGiven() throws {
        let first = try Versions.first(Self.one, given: ["f::a": "one"])
        let second = try Versions.next(first, Self.one, "x = 1\n")
        let third = try Versions.next(second, "x = 1\n", "x = 1\ny = 2\n", given: ["y": "one"])
        let evolution = MappingEvolution(from: first.state, to: third.state)
        #expect(evolution.retargeted.map(\.oldKey) == ["f::a"])
        #expect(evolution.retargeted.map(\.key) == ["y"])
    }

    @Test("backward compatible versions remove and retarget nothing; others may")
    func compatibility() throws {
        let first = try Versions.first(Self.one, given: ["f::a": "one", "nowhere": "two"])
        let renamed = Self.one.replacing("a = ", with: "b = ").replacing("(a", with: "(b").replacing(
            "return a",
            with: "return b"
        )
        let compatible = try Versions.next(first, Self.one, renamed + "\nmore = 1\n")
        let broken = try Versions.next(
            first,
            Self.one,
            Self.two,
            given: ["f::load(x)": "three"],
            replaces: true
        )
        func violations(_ outcome: MappingOutcome, _ demand: MappingCompatibility) -> [String] {
            demand.violations(in: MappingEvolution(from: first.state, to: outcome.state)).map(\.description)
        }
        #expect(violations(compatible, .backward) == [])
        #expect(violations(broken, .none) == [])
        #expect(
            violations(broken, .backward) == [
                "'f::a' with the fact ID 'one' is removed.",
                "'f::return a' with the fact ID '\(first.mapping["f::return a"] ?? "")' is removed.",
                "'f::load(x)' gets the fact ID 'three' in place of '\(first.mapping["f::load(x)"] ?? "")'.",
            ]
        )
        // An entry that fitted nothing is no fact.
        #expect(MappingEvolution(from: first.state, to: broken.state).dropped.map(\.key) == ["nowhere"])
    }

    @Test("a version compared with itself keeps everything")
    func sameVersion() throws {
        let first = try Versions.first(Self.one, given: ["nowhere": "two"])
        let evolution = MappingEvolution(from: first.state, to: first.state)
        #expect(evolution.kept.count == first.mapping.count)
        #expect(MappingCompatibility.backward.violations(in: evolution) == [])
    }
}
