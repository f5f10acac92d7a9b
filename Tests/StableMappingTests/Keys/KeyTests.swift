import StableMapping
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("a key has scope, kind, expression and number")
    func parts() throws {
        let key = try FactKey("ship.pack::if late and weight > 3#2")
        #expect(key.scope == "ship.pack")
        #expect(key.kind == .condition)
        #expect(key.expression == "late and weight > 3")
        #expect(key.ordinal == 2)
        #expect(key.description == "ship.pack::if late and weight > 3#2")
    }

    @Test(
        "what may be left out is left out, and names and calls are told from other expressions",
        arguments: [
            ("user_id", FactKind.name as FactKind?), ("notify(user)", .call), ("erp.orders.find(1)", .call),
            ("attempts > 3", nil), ("order[\"id\"]", nil), ("while waiting", .loopCondition),
            ("return token", .returned),
        ]
    )
    func kind(of text: String, is kind: FactKind?) throws {
        let key = try FactKey(text)
        #expect(key.scope == nil)
        #expect(key.ordinal == nil)
        #expect(key.kind == kind)
        #expect(key.description == text)
    }

    @Test(
        "spelling makes no difference",
        arguments: [
            (" f :: if  a>3 ", "f::if a > 3"), ("f::return (a, b)", "f::return a, b"), ("(x)", "x"),
            ("send('it', u'b')", "send(\"it\",\"b\")"), ("f::if(a)", "f::if a"), ("g(0x10)", "g(16)"),
            ("f(\n  a,\n)", "f(a)"), ("if a #2", "if a#2"), ("g(f'{x}')", "g(f\"{x}\")"),
        ]
    )
    func spelling(_ one: String, _ other: String) throws {
        #expect(try FactKey(one) == FactKey(other))
    }

    @Test(
        "colons and number signs inside an expression are its own",
        arguments: [
            ("values[::2]", nil as String?, nil as Int?), ("notify(\"a::b\")", nil, nil),
            ("f::notify(\"#2\")", "f", nil), ("f::notify(\"#2\")#3", "f", 3),
        ]
    )
    func separators(_ text: String, _ scope: String?, _ ordinal: Int?) throws {
        let key = try FactKey(text)
        #expect(key.scope == scope)
        #expect(key.ordinal == ordinal)
    }

    @Test(
        "what is no key is refused at its column",
        arguments: [
            ("", 1), ("   ", 1), ("f::", 4), ("x = 1", 1), ("f::x = 1", 4), ("a b", 1), ("notify(", 7),
            ("x; y", 4),
            ("f::if", 6), ("return x y", 8), ("x#0", 2), ("x#99999999999999999999", 2), ("yield x", 1),
            ("def f(): pass", 1), ("f::g::x", 6), ("1a", 1),
        ]
    )
    func refusal(_ text: String, column: Int) {
        let problem = #expect(throws: KeyProblem.self) { try FactKey(text) }
        #expect(problem?.key == text)
        #expect(problem?.column == column, "\(problem?.description ?? "")")
        #expect(problem?.description.contains("[scope::][if |while |return ]expression[#n]") == true)
    }

    @Test("a key that is too long is refused without being read")
    func length() {
        let long = String(repeating: "a", count: MappingLimits.keyBytes + 1)
        #expect(throws: KeyProblem.self) { try FactKey(long) }
        #expect(throws: Never.self) { try FactKey(String(long.dropLast())) }
    }
}
