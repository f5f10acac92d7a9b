import StableMapping
import Testing

@Suite("Mappings from version to version")
struct EngineTests {
    static let code = "def f(x):\n    a = load(x)\n    if a > 1:\n        keep(a)\n    return a\n"

    @Test("the first version derives an ID of its own for every fact, always the same")
    func derivation() throws {
        let first = try Versions.first(Self.code)
        #expect(
            first.mapping.keys.sorted() == ["f::a", "f::if a > 1", "f::keep(a)", "f::load(x)", "f::return a"]
        )
        #expect(Set(first.mapping.values).count == 5)
        #expect(first.mapping.values.allSatisfy { ProcessID($0) != nil })
        // What Python says: uuid.uuid5(process, "f::a#1@1").
        #expect(first.mapping["f::a"] == "2c0bcf13-4981-577f-9ef6-cc2fb9dab62c")
        #expect(try Versions.first(Self.code) == first)
        #expect(first.report.derived.count == 5)
        #expect(first.report.warnings == [])
    }

    @Test("equal expressions are numbered in the order of the text and have IDs of their own")
    func duplicates() throws {
        let first = try Versions.first("log(1)\nlog(1)\nlog(2)\n")
        #expect(first.mapping.keys.sorted() == ["log(1)#1", "log(1)#2", "log(2)"])
        #expect(Set(first.mapping.values).count == 3)
    }

    @Test("with derivation off there are only given entries, which follow their facts")
    func withoutDerivation() throws {
        let first = try Versions.first(Self.code, given: ["f::a": "one"], derives: false)
        #expect(first.mapping == ["f::a": "one"])
        let renamed = "def f(x):\n    b = load(x)\n    if b > 1:\n        keep(b)\n    return b\n"
        let second = try Versions.next(first, Self.code, renamed, derives: false)
        #expect(second.mapping == ["f::b": "one"])
    }

    @Test("turning derivation off keeps what was derived")
    func derivationTurnedOff() throws {
        let first = try Versions.first(Self.code)
        let second = try Versions.next(first, Self.code, Self.code + "\nnew = 1\n", derives: false)
        #expect(second.mapping == first.mapping)
    }

    @Test("a new name does not derive the ID that the renamed one holds")
    func newNameAfterRenaming() throws {
        let renamed = "def f(x):\n    b = load(x)\n    if b > 1:\n        keep(b)\n    return b\n"
        let first = try Versions.first(Self.code)
        let second = try Versions.next(first, Self.code, renamed)
        #expect(second.mapping["f::b"] == first.mapping["f::a"])
        let third = try Versions.next(
            second,
            renamed,
            renamed.replacing("    return b", with: "    a = 7\n    return b")
        )
        #expect(third.mapping["f::b"] == first.mapping["f::a"])
        #expect(third.mapping["f::a"] != first.mapping["f::a"])
        #expect(third.report.derived.map(\.key) == ["f::a"])
    }

    @Test("a retired ID comes back to its own expression and to no other")
    func retirement() throws {
        let without = "def f(x):\n    return x\n"
        let first = try Versions.first(Self.code)
        let second = try Versions.next(first, Self.code, without)
        #expect(second.report.retired.count == 5)
        let other = "def f(x):\n    a = find(x)\n    if a > 7:\n        drop(a)\n    return x\n"
        let third = try Versions.next(second, without, other)
        #expect(third.report.restored.map(\.key) == ["f::a"])
        let fourth = try Versions.next(third, other, Self.code)
        #expect(fourth.report.restored.map(\.key) == ["f::keep(a)", "f::load(x)", "f::return a"])
        // What stands in the place of another condition goes on as that one.
        let key = "f::if a > 1"
        #expect(fourth.mapping.filter { $0.key != key } == first.mapping.filter { $0.key != key })
        #expect(fourth.mapping[key] == third.mapping["f::if a > 7"])
    }

    @Test("equal expressions that were retired together come back together, and not one by one")
    func retiredDuplicates() throws {
        let (twice, none, once) = ("log(1)\nlog(1)\n", "x = 1\n", "log(1)\n")
        let first = try Versions.first(twice)
        let second = try Versions.next(first, twice, none)
        let one = try Versions.next(second, none, once)
        #expect(one.report.restored == [])
        let both = try Versions.next(second, none, twice)
        #expect(both.mapping == first.mapping)
    }

    @Test("a client may give a retired ID again, with a warning")
    func retiredIDGiven() throws {
        let without = "def f(x):\n    return x\n"
        let first = try Versions.first(Self.code, given: ["f::a": "one"])
        let second = try Versions.next(first, Self.code, without)
        let third = try Versions.next(second, without, without + "b = 1\n", given: ["b": "one"])
        #expect(third.mapping["b"] == "one")
        #expect(third.report.warnings == [.reused(factID: "one", key: "b", former: "f::a")])
        #expect(third.state.retired.allSatisfy { $0.factID != "one" })
    }

    @Test("an ID that a client guessed is not derived for another expression")
    func guessedID() throws {
        let first = try Versions.first(Self.code)
        let guess = try #require(first.mapping["f::a"])
        let guessed = try Versions.first(Self.code, given: ["f::return a": guess])
        #expect(guessed.mapping["f::return a"] == guess)
        #expect(guessed.mapping["f::a"] != guess)
        #expect(Set(guessed.mapping.values).count == guessed.mapping.count)
    }

    @Test("an ID that a client guessed, gave and removed is not derived for another expression either")
    func guessedAndRetired() throws {
        let code = "x = 1\n"
        let natural = try Versions.next(
            try Versions.next(Versions.first(code), code, code),
            code,
            code + "y = 2\n"
        )
        let guess = try #require(natural.mapping["y"])
        let first = try Versions.first(code + "z = 3\n", given: ["z": guess])
        let second = try Versions.next(first, code + "z = 3\n", code)
        let third = try Versions.next(second, code, code + "y = 2\n")
        #expect(third.mapping["y"] != nil && third.mapping["y"] != guess)
    }

    @Test("of two concurrent updates the second is made again, and derives other IDs than the first")
    func concurrency() throws {
        let first = try Versions.first(Self.code)
        let one = Self.code.replacing("    return a", with: "    fresh = 1\n    return a")
        let other = Self.code.replacing(
            "    return a",
            with: "    other = 2\n    fresh = other\n    return a"
        )
        let second = try Versions.next(first, Self.code, one)
        let lost = try Versions.next(first, Self.code, other)
        let third = try Versions.next(second, one, other)
        #expect(third.mapping["f::fresh"] == second.mapping["f::fresh"])
        #expect(third.mapping["f::other"] != lost.mapping["f::other"])
        #expect(Set(third.mapping.values).count == third.mapping.count)
    }

    @Test("the report has every entry of both versions once")
    func report() throws {
        let changed = "def f(x):\n    b = load(x)\n    if b > 1:\n        keep(b)\n    log(x, b)\n"
        let first = try Versions.first(Self.code, given: ["nowhere": "one"])
        let report = try Versions.next(first, Self.code, changed).report
        #expect(report.carried.map(\.key) == ["f::load(x)"])
        #expect(report.moved.map(\.key) == ["f::b", "f::if b > 1", "f::keep(b)"])
        #expect(report.moved.map(\.oldKey) == ["f::a", "f::if a > 1", "f::keep(a)"])
        #expect(report.derived.map(\.key) == ["f::log(x, b)"])
        #expect(report.retired.map(\.key) == ["f::return a"])
        #expect(report.unmatched.map(\.key) == ["nowhere"])
    }

    @Test("bad keys are refused all at once, in their order, and say what is allowed")
    func badKeys() throws {
        let error = #expect(throws: MappingError.self) {
            try Versions.first(Self.code, given: ["b = 1": "1", "a b": "2", "fine": "3"])
        }
        guard case .invalidKeys(let problems, let count) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(count == 2)
        #expect(problems.map(\.key) == ["a b", "b = 1"])
        #expect(error?.description.contains(KeyProblem.form) == true)
    }

    @Test("more entries than a mapping may have are refused")
    func tooMany() throws {
        let given = Dictionary(uniqueKeysWithValues: (0...MappingLimits.entries).map { ("a\($0)", "\($0)") })
        #expect(throws: MappingError.tooManyEntries(MappingLimits.entries + 1)) {
            try Versions.first(Self.code, given: given)
        }
    }

    @Test("a version that does not come after the one before is refused")
    func order() throws {
        let first = try Versions.first(Self.code)
        #expect(throws: MappingError.versionOrder(1, after: 1)) {
            try MappingEngine.next(
                after: MappedVersion(state: first.state, program: ProgramFacts(Self.code)),
                MappingRequest(process: Versions.process, version: 1, program: ProgramFacts(Self.code))
            )
        }
    }

    @Test("a state that does not belong to the program given as its own still finds facts by their keys")
    func foreignState() throws {
        let first = try Versions.first(Self.code)
        let second = try Versions.next(first, "other = 1\n", Self.code)
        #expect(second.mapping == first.mapping)
    }

    @Test("code with syntax errors has the facts that were understood")
    func brokenCode() throws {
        let broken = Self.code + "\nx = = 1\ny = done(\n"
        let first = try Versions.first(broken)
        let whole = try Versions.first(Self.code)
        #expect(whole.mapping.allSatisfy { first.mapping[$0.key] == $0.value })
        let second = try Versions.next(first, broken, Self.code)
        #expect(second.mapping == whole.mapping)
    }
}
