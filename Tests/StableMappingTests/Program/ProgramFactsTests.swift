import SPyAnalysis
import SPySyntax
import StableMapping
import Testing

@Suite("Facts of programs")
struct ProgramFactsTests {
    private func keys(_ code: String) -> [String] { ProgramFacts(code).derived.map(\.key) }

    @Test("assigned names are facts once in their function, by whatever they are assigned")
    func names() {
        let code = """
            LIMIT = 3
            def f(user, *rest):
                a = b = 1
                a += 1
                c: int = 2
                d: int
                (e, [g, *h]) = user
                for i, j in rest:
                    a = 2
                if (k := a) and user:
                    pass
                try:
                    pass
                except ValueError as error:
                    user["x"] = 1
                match user:
                    case {"m": m, **n} | [m, *n]:
                        pass
                del a
            """
        let names = keys(code).filter { !$0.contains(" ") }
        #expect(
            Set(names)
                == [
                    "LIMIT", "f::a", "f::b", "f::c", "f::e", "f::g", "f::h", "f::i", "f::j", "f::k",
                    "f::error", "f::m",
                    "f::n",
                ]
        )
    }

    @Test("parameters, imports, functions and names of comprehensions and lambdas are no facts")
    func otherNames() {
        let code = """
            import math
            from datetime import date as day
            def f(user, limit=3):
                return [item for item in user if (lambda z: z)(item)]
            """
        #expect(keys(code) == ["f::return [item for item in user if (lambda z: z)(item)]"])
    }

    @Test("calls of names that nobody defines are actions; others are not")
    func actions() {
        let code = """
            import math
            def helper(x):
                return None
            def f(x, callback):
                send(x)
                erp.orders.find(x)
                helper(x)
                callback(x)
                math.floor(x)
                len(x)
                x.append(1)
                [each(y) for each in x]
                send(x)(1)
            """
        #expect(keys(code) == ["f::send(x)#1", "f::erp.orders.find(x)", "f::send(x)#2"])
    }

    @Test("conditions of all kinds are facts, constant ones are not")
    func conditions() {
        let code = """
            def f(x):
                if x > 1:
                    pass
                elif x > 2:
                    pass
                while x > 3:
                    x += 1
                while True:
                    break
                assert x > 4, "text"
                y = 1 if x > 5 else 2
                match x:
                    case 1 if x > 6:
                        pass
                return [z for z in x if z > 7]
            """
        let conditions = keys(code).filter { $0.contains("if x") || $0.contains("while") }
        #expect(
            conditions == [
                "f::if x > 1", "f::if x > 2", "f::while x > 3", "f::if x > 4", "f::if x > 5", "f::if x > 6",
            ]
        )
    }

    @Test("returned values that are no constants are facts")
    func returns() {
        let code = """
            def f(x):
                if x:
                    return None
                if not x:
                    return -1
                if x is x:
                    return
                return x, 1
            """
        #expect(keys(code).filter { $0.contains("return") } == ["f::return (x, 1)"])
    }

    @Test("functions inside functions have dotted scopes")
    func scopes() {
        #expect(Set(keys("def f():\n    def g():\n        a = 1\n    b = 2\n")) == ["f::b", "f.g::a"])
    }

    @Test("a fact stands where its expression stands in the source")
    func ranges() {
        let parsed = parse("def f(user):\n    token = create( user )\n")
        let places = ProgramFacts(parsed).derived
        #expect(places.map { parsed.source.text(in: $0.range) } == ["create( user )", "token"])
        #expect(places.map(\.kind) == [.call, .name])
    }

    @Test("a key that leaves out scope and kind means the one fact that it fits")
    func partialKeys() {
        let facts = ProgramFacts(
            """
            limit = 3
            def login(user_id):
                if user_id > limit:
                    return "declined"
            def authenticate(user):
                user_id = user["id"]
                limit = 4
                if user_id:
                    log(user_id)
                if user_id:
                    log(user)
                return user_id
            """
        )
        func meaning(_ key: String) -> String {
            switch facts.meanings(of: [key])[key] {
            case .one(let place): place.key
            case .several(let keys, let count): "\(count): \(keys.joined(separator: ", "))"
            case .nothing, nil: "nothing"
            }
        }
        // An assigned name comes before a parameter, a name of the module before others, the kind written before others.
        #expect(meaning("user_id") == "authenticate::user_id")
        #expect(meaning("login::user_id") == "login::user_id")
        #expect(meaning("limit") == "limit")
        #expect(meaning("user_id > limit") == "login::if user_id > limit")
        #expect(meaning("return user_id") == "authenticate::return user_id")
        #expect(meaning("return 'declined'") == "login::return \"declined\"")
        #expect(meaning("log(user)") == "authenticate::log(user)")
        #expect(meaning("if user_id") == "2: authenticate::if user_id#1, authenticate::if user_id#2")
        #expect(meaning("if user_id#2") == "authenticate::if user_id#2")
        #expect(meaning("if user_id#3") == "nothing")
        #expect(meaning("session_token") == "nothing")
        #expect(meaning("refund::user_id") == "nothing")
        #expect(meaning("no key at all") == "nothing")
    }

    @Test("actions are those that the analysis finds", arguments: EditTests.programs)
    func agreement(on program: EditTests.Example) {
        let analysis = analyze(program.code)
        let calls = Set(analysis.actions.flatMap { $0.calls.map(\.start) })
        let mentions = Set(analysis.actions.flatMap { $0.mentions.map(\.start) })
        let facts = Set(ProgramFacts(program.code).derived.filter { $0.kind == .call }.map(\.range.start))
        #expect(calls.subtracting(facts) == [])
        #expect(facts.subtracting(calls).subtracting(mentions) == [])
    }

    @Test(
        "programs are the same whatever their comments, white space and spellings",
        arguments: [
            ("x = 1\n", "# Comment\nx   =   (1)  # More\n"),
            ("def f(a, *, b=2):\n    return a\n", "def f( a,*,b = 0x2 ) :\n  return (a)\n"),
            ("s = 'a'\n", "s = \"a\"\n"), ("if a:\n    b()\nelse:\n    c()\n", "if a: b()\nelse: c()\n"),
            ("", "# Nothing\n"),
        ]
    )
    func sameness(_ one: String, _ other: String) {
        #expect(ProgramFacts(one).isSameProgram(as: ProgramFacts(other)))
        #expect(ProgramFacts(other).isSameProgram(as: ProgramFacts(one)))
    }

    @Test(
        "programs that say something else are not the same",
        arguments: [
            ("x = 1\n", "x = 2\n"), ("x = 1\n", "y = 1\n"), ("x = 1\n", "x = 1.0\n"),
            ("x = 1\n", "x = 1\nx = 1\n"),
            ("x = 1\n", "x += 1\n"), ("def f(a): pass\n", "def g(a): pass\n"),
            ("def f(a): pass\n", "def f(*a): pass\n"),
            ("def f(a, b): pass\n", "def f(a, *, b): pass\n"), ("def f(a: b): pass\n", "def f(a=b): pass\n"),
            ("def f(a=b): pass\n", "def f(a) -> b: pass\n"),
            ("def f(a=b, c=d): pass\n", "def f(a=b, c: d = 1): pass\n"),
            ("from m import a, b\n", "from m import a as b\n"), ("import a, b\n", "import a as b\n"),
            ("if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
            ("if a:\n    b()\nelse:\n    c()\n", "if a:\n    b()\n    c()\n"),
            ("for a in b:\n    c()\n", "while a in b:\n    c()\n"), ("f(a, b)\n", "f(a, b=b)\n"),
            ("f(a=b)\n", "f(c=b)\n"),
            ("x = a < b\n", "x = a > b\n"), ("x = a - b\n", "x = b - a\n"), ("x = [a, b]\n", "x = (a, b)\n"),
            ("x = a[b:]\n", "x = a[:b]\n"), ("x = 'a'\n", "x = b'a'\n"), ("x = f'{a!r}'\n", "x = f'{a!s}'\n"),
            ("x = lambda a: a\n", "x = lambda b: b\n"), ("x = a.b\n", "x = a.c\n"),
            ("x = None\n", "x = True\n"),
            ("raise A from B\n", "raise A\n"), ("return_ = a\n", "a\n"), ("assert a, b\n", "assert a\n"),
        ]
    )
    func difference(_ one: String, _ other: String) {
        #expect(!ProgramFacts(one).isSameProgram(as: ProgramFacts(other)))
        #expect(!ProgramFacts(other).isSameProgram(as: ProgramFacts(one)))
    }
}
