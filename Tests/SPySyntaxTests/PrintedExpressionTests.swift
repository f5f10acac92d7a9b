import SPySyntax
import Testing

@Suite("Printed expressions")
struct PrintedExpressionTests {
    @Test(
        "an expression is printed in one form, however it was written",
        arguments: [
            ("( a+b )*c", "(a + b) * c"), ("u'text'", "\"text\""), ("'it''s'", "\"its\""), ("0x1F", "31"),
            ("f(a ,b, c = 1)", "f(a, b, c=1)"), ("a, b", "(a, b)"), ("u'a' f'{b}'", "f\"a{b}\""),
            ("[ x for x in y if(x) ]", "[x for x in y if x]"), ("((a:=1))", "(a := 1)"),
        ]
    )
    func form(of text: String, is expected: String) throws {
        let tree = parse(text).tree
        guard let first = tree[tree.body].first, case .expression(let id) = tree[first] else {
            Issue.record("no expression")
            return
        }
        #expect(tree.printed(id) == expected)
    }
}
