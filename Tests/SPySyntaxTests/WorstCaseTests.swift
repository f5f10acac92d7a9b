import Glibc
import SPySyntax
import Testing

/// Texts made to take a parser's stack, or time that grows with the square.
@Suite("Worst cases", .serialized)
struct WorstCaseTests {
    /// A text of a size, and whether it is a program.
    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let isValid: Bool
        let text: @Sendable (Int) -> String

        var testDescription: String { name }
    }

    static let shapes: [Shape] = [
        Shape(name: "parentheses", isValid: false) { String(repeating: "(", count: $0) },
        Shape(name: "closed parentheses", isValid: false) {
            String(repeating: "(", count: $0) + String(repeating: ")", count: $0)
        },
        Shape(name: "brackets of all kinds", isValid: false) { String(repeating: "[{(", count: $0 / 3) },
        Shape(name: "closing brackets", isValid: false) { String(repeating: ")", count: $0) },
        Shape(name: "one long line", isValid: true) {
            "x = [" + String(repeating: "1, ", count: $0 / 3) + "]"
        },
        Shape(name: "one long name", isValid: true) { String(repeating: "a", count: $0) },
        Shape(name: "one long string", isValid: true) { "x = '" + String(repeating: "a", count: $0) + "'" },
        Shape(name: "one long f-string", isValid: true) {
            "x = f'" + String(repeating: "{a}", count: $0 / 3) + "'"
        },
        Shape(name: "short lines", isValid: true) { String(repeating: "x=1\n", count: $0 / 4) },
        Shape(name: "blank lines", isValid: true) { String(repeating: "\n", count: $0) },
        Shape(name: "nested ifs", isValid: false) { size in
            (0..<size / 100).map { String(repeating: " ", count: min($0, 200)) + "if x:\n" }.joined()
        },
        Shape(name: "elifs", isValid: false) {
            "if x: pass\n" + String(repeating: "elif x: pass\n", count: $0 / 13)
        },
        Shape(name: "minus signs", isValid: false) { "x = " + String(repeating: "-", count: $0) + "1" },
        Shape(name: "nots", isValid: false) { "x = " + String(repeating: "not ", count: $0 / 4) + "1" },
        Shape(name: "sums", isValid: false) { "x = " + String(repeating: "1+", count: $0 / 2) + "1" },
        Shape(name: "powers", isValid: false) { "x = " + String(repeating: "a**", count: $0 / 3) + "1" },
        Shape(name: "attributes", isValid: false) { "x" + String(repeating: ".a", count: $0 / 2) },
        Shape(name: "calls", isValid: false) { "x" + String(repeating: "()", count: $0 / 2) },
        Shape(name: "lambdas", isValid: false) {
            "x = " + String(repeating: "lambda: ", count: $0 / 8) + "1"
        },
        Shape(name: "defaults of lambdas", isValid: false) {
            "x = " + String(repeating: "lambda a=", count: $0 / 9)
        },
        Shape(name: "conditionals", isValid: false) {
            "x = " + String(repeating: "a if b else ", count: $0 / 12) + "1"
        },
        Shape(name: "ors", isValid: true) { "x = " + String(repeating: "a or ", count: $0 / 5) + "1" },
        Shape(name: "comparisons", isValid: true) { "x = " + String(repeating: "a<", count: $0 / 2) + "1" },
        Shape(name: "targets", isValid: true) { String(repeating: "a=", count: $0 / 2) + "1" },
        Shape(name: "alternatives", isValid: true) {
            "match x:\n case " + String(repeating: "1|", count: $0 / 2) + "1: pass"
        },
        Shape(name: "nested patterns", isValid: false) {
            "match x:\n case " + String(repeating: "[", count: $0)
        },
        Shape(name: "mistakes", isValid: false) { String(repeating: "x = = 1\n", count: $0 / 8) },
        Shape(name: "indents without reason", isValid: false) { String(repeating: " x\nx\n", count: $0 / 5) },
        Shape(name: "withs in parentheses", isValid: true) {
            String(repeating: "with (a, (b)): pass\n", count: $0 / 20)
        },
        Shape(name: "with over many items", isValid: false) {
            "with (" + String(repeating: "a, ", count: $0 / 3) + "): pass"
        },
        Shape(name: "names that look like match", isValid: true) {
            String(repeating: "match(a)\n", count: $0 / 9)
        },
        Shape(name: "different names", isValid: true) { size in (0..<size / 8).map { "n\($0)=1\n" }.joined()
        },
        Shape(name: "globals and imports", isValid: true) { size in
            "def f():\n" + (0..<size / 40).map { " global g\($0)\n import a\($0).b\n" }.joined()
        },
        Shape(name: "nonlocals", isValid: true) { size in
            "def f():\n x = 1\n def g():\n" + String(repeating: "  nonlocal x\n", count: size / 13)
        },
        Shape(name: "quotes", isValid: false) { String(repeating: "'", count: $0 * 2 + 1) },
        Shape(name: "braces in an f-string", isValid: false) {
            "f'" + String(repeating: "{", count: $0 * 2 + 1) + "'"
        },
        Shape(name: "decimal digits", isValid: false) { "x = " + String(repeating: "9", count: $0) },
        Shape(name: "hexadecimal digits", isValid: true) { "x = 0x" + String(repeating: "f", count: $0) },
        Shape(name: "combining marks", isValid: true) {
            "a" + String(repeating: "\u{301}\u{327}", count: $0 / 4)
        },
    ]

    static let size: Int = {
        #if DEBUG
        15_000
        #else
        125_000
        #endif
    }()

    @Test("is read without crash, and in time that grows with the size only", arguments: shapes)
    func linear(_ shape: Shape) {
        let small = shape.text(Self.size)
        let large = shape.text(Self.size * 8)
        #expect(parse(large).isValid == shape.isValid)
        // Eight times the text may take 32 times as long, which leaves room for caches; a square would be 64. Three tries of each, for a busy machine.
        let smallTimes = (0..<3).map { _ in Self.time(small) }
        let largeTimes = (0..<3).map { _ in Self.time(large) }
        #expect(largeTimes.min()! / max(smallTimes.min()!, 0.000_2) < 32, "\(smallTimes), \(largeTimes)")
    }

    @Test("a thread with a small stack is enough")
    func smallStack() async {
        // Threads of the cooperative pool have no more than 512 KiB on some systems; the deepest recursion fits.
        let deep = String(repeating: "f(lambda a=", count: 190) + "1" + String(repeating: ": a)", count: 190)
        let result = await Task.detached { parse(deep) }.value
        #expect(!result.diagnostics.contains { $0.rule == .tooManyBrackets })
        let printed = await Task.detached {
            parse("x = " + String(repeating: "-", count: 2_000) + "1").tree.printed()
        }.value
        #expect(printed.utf8.count > 2_000)
    }

    /// Seconds of this thread's processor time: what else the machine does is not counted.
    private static func time(_ text: String) -> Double {
        let source = SourceText(text)
        let start = threadSeconds()
        _ = parse(source)
        return threadSeconds() - start
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
