import SPyAnalysis
import SPySyntax
import Testing

/// Programs that differ in comments and white space alone.
@Suite("Respelt programs")
struct RespellingTests {
    static let program = "def f(x):\n    if x > 1:\n        return g(x, 'a')\n    return f\"{x} b\"\n"

    @Test(
        "are accepted as the program they repeat is",
        arguments: [
            program,
            program + "# Said later.\n",
            "# Größer, 大きい\n\n" + program + "\n\n",
            "def f(x):  # why\n  if x  >  1 :\n     return g( x,\n 'a' )\n\n  return f\"{x} b\"",
            program.replacing("\n", with: "\r\n"),
            program.replacing("    ", with: "\t"),
        ]
    )
    func same(_ text: String) {
        #expect(isAccepted(text, like: Self.program))
        #expect(analyze(text).isAccepted)
        #expect(parse(text).tree == parse(Self.program).tree)
    }

    @Test(
        "are looked at where more differs, or what is no program's token stands in them",
        arguments: [
            "", program + "x = 1\n", program.replacing("x > 1", with: "x >= 1"),
            program.replacing("x > 1", with: "(x > 1)"), program.replacing("'a'", with: "\"a\""),
            program.replacing("'a'", with: "'a '"), program.replacing("g(x", with: "h(x"),
            program.replacing("f\"", with: "rf\""), program.replacing("        return", with: "    return"),
            program + "# \u{202E}\n", program + "# \u{2066}\n", program + "# \u{0}\n", program + "'\n",
            program + "\u{FEFF}", program.replacing("    return f", with: "\treturn f"),
            program + "#" + String(repeating: "-", count: Limits.sourceBytes),
        ]
    )
    func other(_ text: String) {
        #expect(!isAccepted(text, like: Self.program))
    }

    @Test(
        "however programs are damaged, what is taken for respelt is accepted and the same",
        arguments: 0..<10
    )
    func damaged(_ batch: Int) {
        var numbers = MutationTests.Numbers(state: UInt64(batch))
        let programs = MutationTests.programs.map { String(decoding: $0, as: UTF8.self) }
            .filter { analyze($0).isAccepted }
        let pieces = [" ", "\n", "\t", "# a\n", "#", "\\\n", "\u{0C}", "\r", "'", "(", ")", "    "]
        var respelt = 0
        for _ in 0..<200 {
            let program = programs.randomElement(using: &numbers) ?? ""
            var bytes = Array(program.utf8)
            let piece = Array((pieces.randomElement(using: &numbers) ?? "").utf8)
            bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &numbers))
            let text = String(decoding: bytes, as: UTF8.self)
            guard isAccepted(text, like: program) else { continue }
            respelt += 1
            #expect(analyze(text).isAccepted, "\(text)")
            #expect(parse(text).tree == parse(program).tree, "\(text)")
        }
        #expect(respelt > 10)
    }
}
