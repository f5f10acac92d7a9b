import StableMapping
import Testing

@Suite("Given entries")
struct GivenEntryTests {
    static let code = """
        def authenticate(name):
            user = find_user(name)
            if user is None:
                return None
            token = create_session(user)
            return token

        """

    @Test(
        "keys that the code does not mention are accepted as given, with warnings, until the code mentions them"
    )
    func fittingLater() throws {
        let given = ["user_id": "stable_fact_id_1", "session_token": "stable_fact_id_2"]
        let first = try Versions.first(Self.code, given: given)
        #expect(given.allSatisfy { first.mapping[$0.key] == $0.value })
        #expect(first.report.unmatched.map(\.key) == ["session_token", "user_id"])
        #expect(first.report.warnings == [.fitsNothing(key: "session_token"), .fitsNothing(key: "user_id")])

        let changed = Self.code.replacing("token", with: "session_token")
        let second = try Versions.next(first, Self.code, changed)
        #expect(second.report.given.map(\.key) == ["session_token"])
        #expect(second.report.unmatched.map(\.key) == ["user_id"])
        #expect(given.allSatisfy { second.mapping[$0.key] == $0.value })
        // What was derived for the name before gives way, and its ID is retired.
        #expect(second.mapping["authenticate::session_token"] == nil)
        #expect(second.report.retired.map(\.key) == ["authenticate::token"])
    }

    @Test("a given entry wins over a derived one, and over one given before")
    func precedence() throws {
        let first = try Versions.first(Self.code, given: ["authenticate::token": "one"])
        #expect(first.mapping["authenticate::token"] == "one")
        #expect(first.report.given.map(\.factID) == ["one"])
        let second = try Versions.next(
            first,
            Self.code,
            Self.code,
            given: ["authenticate::token": "two", "authenticate::user": "three"]
        )
        #expect(second.mapping["authenticate::token"] == "two")
        #expect(second.mapping["authenticate::user"] == "three")
        #expect(second.report.retired.map(\.factID).contains("one"))
        #expect(second.mapping.count == first.mapping.count)
    }

    @Test("keys come back as given while they mean their fact, and in full when the fact has another name")
    func keysAsGiven() throws {
        let given = ["token": "one", "if user  is  None": "two"]
        let first = try Versions.first(Self.code, given: given)
        #expect(given.allSatisfy { first.mapping[$0.key] == $0.value })
        #expect(first.mapping["authenticate::token"] == nil)
        let second = try Versions.next(first, Self.code, "log(1)\n" + Self.code)
        #expect(given.allSatisfy { second.mapping[$0.key] == $0.value })
        #expect(second.report.carried.map(\.key).contains("token"))
        let renamed = Self.code.replacing("token", with: "session")
        let third = try Versions.next(second, "log(1)\n" + Self.code, renamed)
        #expect(third.mapping["token"] == nil)
        #expect(third.mapping["authenticate::session"] == "one")
        #expect(third.mapping["if user  is  None"] == "two")
    }

    @Test("a client that sends its entries again with each version loses nothing when facts are renamed")
    func repetition() throws {
        let given = ["token": "one"]
        let renamed = Self.code.replacing("token", with: "session")
        let first = try Versions.first(Self.code, given: given)
        let second = try Versions.next(first, Self.code, renamed, given: given)
        let third = try Versions.next(second, renamed, renamed + "\n# more\n", given: given)
        for outcome in [second, third] {
            #expect(outcome.mapping["authenticate::session"] == "one")
            #expect(outcome.mapping["token"] == nil)
            #expect(outcome.report.warnings == [.followed(key: "token", newKey: "authenticate::session")])
            #expect(Set(outcome.mapping.values).count == outcome.mapping.count)
        }
    }

    @Test("a repeated entry whose fact is gone comes back as given, with a warning")
    func repeatedWithoutFact() throws {
        let first = try Versions.first(Self.code, given: ["token": "one"])
        let second = try Versions.next(
            first,
            Self.code,
            "def authenticate(name):\n    pass\n",
            given: ["token": "one"]
        )
        #expect(second.mapping == ["token": "one"])
        #expect(second.report.warnings == [.fitsNothing(key: "token")])
    }

    @Test("a repeated entry comes back as given beside another one for its fact or with its ID")
    func repeatedBesideAnother() throws {
        let first = try Versions.first(Self.code, given: ["token": "one"])
        let both = ["token": "one", "authenticate::token": "two"]
        let second = try Versions.next(first, Self.code, Self.code, given: both)
        #expect(both.allSatisfy { second.mapping[$0.key] == $0.value })
        let shared = ["token": "one", "authenticate::user": "one"]
        let third = try Versions.next(first, Self.code, Self.code, given: shared)
        #expect(shared.allSatisfy { third.mapping[$0.key] == $0.value })
    }

    @Test("a client that sends a whole mapping back loses nothing either, derived entries included")
    func readModifyWrite() throws {
        let first = try Versions.first(Self.code)
        let renamed = Self.code.replacing("token", with: "session")
        let second = try Versions.next(first, Self.code, renamed, given: first.mapping)
        #expect(second.mapping["authenticate::session"] == first.mapping["authenticate::token"])
        let third = try Versions.next(second, renamed, renamed, given: second.mapping, replaces: true)
        #expect(third.mapping == second.mapping)
    }

    @Test("a repeated key that now names another expression takes its ID there")
    func repeatedKeyElsewhere() throws {
        let before = "def f(x):\n    a = load(x)\n    keep(a, 1)\n    return a\n"
        let after =
            "def f(x):\n    b = load(x)\n    keep(b, 1)\n    return b\n\ndef g(x):\n    a = len(x)\n    return a + 1\n"
        let first = try Versions.first(before, given: ["a": "one"])
        let second = try Versions.next(first, before, after, given: ["a": "one"])
        #expect(second.mapping["a"] == "one")
        #expect(second.mapping["f::b"] != "one")
        #expect(second.report.warnings == [.reused(factID: "one", key: "a", former: "f::a")])
    }

    @Test("a key that fits several facts is kept as given with a warning that names them")
    func ambiguity() throws {
        let code = "def f(x):\n    total = 1\ndef g(x):\n    total = 2\n"
        let first = try Versions.first(code, given: ["total": "one"])
        #expect(first.mapping["total"] == "one")
        #expect(first.mapping["f::total"] != nil && first.mapping["g::total"] != nil)
        #expect(
            first.report.warnings == [
                .fitsSeveral(key: "total", candidates: ["f::total", "g::total"], count: 2)
            ]
        )
    }

    @Test("a key that becomes ambiguous goes on meaning its fact")
    func laterAmbiguity() throws {
        let before = "def f(x):\n    total = 1\n    return total + x\n"
        let after = before + "def g(x):\n    total = 2\n    return x\n"
        let first = try Versions.first(before, given: ["total": "one"])
        for given in [[:], ["total": "one"]] {
            let second = try Versions.next(first, before, after, given: given)
            #expect(second.mapping["f::total"] == "one")
            #expect(second.mapping["g::total"] != nil && second.mapping["g::total"] != "one")
        }
        let third = try Versions.next(first, before, after, given: ["total": "two"])
        #expect(third.mapping["total"] == "two")
        #expect(third.mapping["f::total"] == nil)
    }

    @Test("of two keys for one fact the one in full counts, and the other is kept with a warning")
    func sameFact() throws {
        let first = try Versions.first(Self.code, given: ["token": "one", "authenticate::token": "two"])
        #expect(first.mapping["authenticate::token"] == "two")
        #expect(first.mapping["token"] == "one")
        #expect(first.report.warnings == [.sameFact(key: "token", other: "authenticate::token")])
        // It stays so: the other one follows its fact, and nothing changes where the program does not.
        let second = try Versions.next(first, Self.code, Self.code)
        #expect(second.mapping == first.mapping && second.report.retired.isEmpty)
    }

    @Test("one ID for two expressions is accepted with a warning")
    func sharedID() throws {
        let given = ["authenticate::token": "one", "authenticate::user": "one"]
        let first = try Versions.first(Self.code, given: given)
        #expect(
            first.report.warnings == [
                .sharedFactID(factID: "one", keys: ["authenticate::token", "authenticate::user"])
            ]
        )
        let second = try Versions.next(first, Self.code, Self.code)
        #expect(second.mapping == first.mapping)
    }

    @Test("an ID given to another expression leaves the one that had it")
    func retargeting() throws {
        let first = try Versions.first(Self.code, given: ["authenticate::token": "one"])
        let second = try Versions.next(first, Self.code, Self.code, given: ["authenticate::user": "one"])
        #expect(second.mapping["authenticate::user"] == "one")
        #expect(second.mapping["authenticate::token"] != "one")
        #expect(
            second.report.warnings == [
                .reused(factID: "one", key: "authenticate::user", former: "authenticate::token")
            ]
        )
    }

    @Test("an update that replaces the mapping drops entries that it does not repeat")
    func replacement() throws {
        let given = ["authenticate::token": "one", "authenticate::user": "two", "nowhere": "three"]
        let first = try Versions.first(Self.code, given: given)
        let second = try Versions.next(
            first,
            Self.code,
            Self.code,
            given: ["authenticate::user": "two"],
            replaces: true
        )
        #expect(second.mapping["authenticate::user"] == "two")
        #expect(second.mapping["nowhere"] == nil)
        #expect(second.report.retired.map(\.factID).sorted() == ["one", "three"])
        #expect(
            second.mapping["authenticate::token"] != nil && second.mapping["authenticate::token"] != "one"
        )
        // What was derived stays as it was.
        let key = "authenticate::if user is None"
        #expect(second.mapping[key] == first.mapping[key])
    }

    @Test("parameters, constants and other calls get an ID where it is given")
    func notDerived() throws {
        let code = "def f(user):\n    helper(user)\n    return 'declined'\n\ndef helper(x):\n    return x\n"
        let given = ["f::user": "one", "f::return 'declined'": "two", "f::helper(user)": "three"]
        let first = try Versions.first(code, given: given)
        #expect(first.report.warnings == [])
        let changed = code.replacing("(user)", with: "(person)")
        let second = try Versions.next(first, code, changed)
        #expect(second.mapping["f::person"] == "one")
        #expect(second.mapping["f::return 'declined'"] == "two")
        #expect(second.mapping["f::helper(person)"] == "three")
    }
}
