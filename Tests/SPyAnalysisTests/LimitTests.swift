import SPyAnalysis
import SPySyntax
import Testing

@Suite("Limits and worst cases")
struct LimitTests {
    @Test("a program of 1 MiB is read, one byte more is not")
    func sourceSize() {
        let fits = "#" + String(repeating: "a", count: Limits.sourceBytes - 1)
        #expect(analyze(fits).isAccepted)
        #expect(analyze(fits + "b").rules == ["SPY-L001"])
        #expect(analyze(Array((fits + "b").utf8)).rules == ["SPY-L001"])
    }

    @Test("brackets and blocks count as nesting, 100 of them fit")
    func nesting() {
        func brackets(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(analyze(brackets(100)).isAccepted)
        #expect(analyze(brackets(101)).rules == ["SPY-L002"])
        func blocks(_ count: Int) -> String {
            (0..<count).map { String(repeating: " ", count: $0) + "if x:\n" }.joined()
                + String(repeating: " ", count: count) + "y\n"
        }
        #expect(analyze(blocks(99)).isAccepted)
        #expect(!analyze(blocks(101)).isAccepted)
    }

    @Test("50,000 parts fit, one more is too many")
    func nodes() {
        // Each line is an expression statement and a constant.
        let fits = String(repeating: "1\n", count: Limits.nodes / 2)
        #expect(analyze(fits).size.nodes == Limits.nodes)
        #expect(analyze(fits).isAccepted)
        let tooMany = analyze(fits + "1\n")
        #expect(tooMany.rules == ["SPY-L003"])
        #expect(tooMany.source.position(at: tooMany.diagnostics[0].range.start).line == Limits.nodes / 2 + 1)
    }

    @Test("security rules are checked beyond the limits too")
    func beyondLimits() {
        let long = String(repeating: "1\n", count: Limits.nodes) + "eval(x.__class__)\n"
        #expect(analyze(long).errors == ["SPY-L003", "SPY-X002", "SPY-X004"])
        let deep = String(repeating: "(", count: 200) + "eval" + String(repeating: ")", count: 200)
        #expect(analyze(deep).errors == ["SPY-L002", "SPY-X002"])
    }

    /// Programs that nest without brackets or blocks, or repeat what is costly to look at.
    static let worstCases: [(title: String, program: String)] = [
        ("elif", "if x:\n y\n" + String(repeating: "elif x:\n y\n", count: 12_000)),
        ("not", "x = " + String(repeating: "not ", count: 40_000) + "y"),
        ("minus", "x = " + String(repeating: "-", count: 40_000) + "y"),
        ("lambda", "x = " + String(repeating: "lambda: ", count: 24_000) + "y"),
        ("lambda that reads", "x = " + String(repeating: "lambda a: a if b else ", count: 8_000) + "y"),
        ("conditional", "x = " + String(repeating: "a if b else ", count: 12_000) + "y"),
        ("power", "x = " + String(repeating: "2 ** ", count: 20_000) + "y"),
        ("sum", "x = " + String(repeating: "1 + ", count: 20_000) + "y"),
        ("attributes", "x = y" + String(repeating: ".a", count: 40_000)),
        ("calls", "x = y" + String(repeating: "()", count: 40_000)),
        ("subscripts", "x = y" + String(repeating: "[0]", count: 20_000)),
        ("and, or", "x = " + String(repeating: "a and b or ", count: 10_000) + "y"),
        ("names", (0..<12_000).map { "x\($0) = 1\n" }.joined()),
        (
            "names and branches",
            (0..<8_000).map { "x\($0) = 1\n" }.joined() + String(repeating: "if x1: x2 = 1\n", count: 5_000)
        ),
        (
            "breaks",
            "while f():\n" + (0..<6_000).map { " x\($0) = 1\n" }.joined()
                + String(repeating: " if x1: break\n", count: 6_000)
        ),
        ("functions", (0..<8_000).map { "def f\($0)(): f\($0 + 1)()\n" }.joined()),
        ("formats", "a = 'x' + 'y'\n" + String(repeating: "(a + a + a).format()\n", count: 4_000)),
        ("a long format", "'" + String(repeating: "{a[", count: 100_000) + "].b'.format(1)"),
        ("reassigned module", "import math\n" + String(repeating: "math = math.pi\n", count: 9_000)),
        ("errors", String(repeating: "__a__\n", count: 24_000)),
        ("undefined names", (0..<20_000).map { "abcd\($0)x\n" }.joined()),
    ]

    @Test("take time in proportion to the program, whatever its form", arguments: worstCases.indices)
    func worstCase(_ index: Int) {
        let (title, program) = LimitTests.worstCases[index]
        let clock = ContinuousClock()
        let time = clock.measure { _ = analyze(program) }
        // A debug build on a busy machine; what is quadratic here takes minutes.
        #expect(time < .seconds(10), "\(title) took \(time)")
    }
}
