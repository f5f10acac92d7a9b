/// A copy of a text with a line break at its end and zeros after it, so that the lexer can look ahead without bounds.
struct PaddedText: ~Copyable {
    private let base: UnsafeMutablePointer<UInt8>
    private let count: Int
    /// Where null characters stand; the copy has spaces in their place.
    private let nulls: [Int]

    private static let padding = 16
    private static let reportedNulls = 100

    init(_ bytes: [UInt8]) {
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + PaddedText.padding + 1)
        self.base = base
        _ = UnsafeMutableBufferPointer(start: base, count: bytes.count).update(fromContentsOf: bytes)
        var end = bytes.count
        if let last = bytes.last, last != 0x0A, last != 0x0D {
            base[end] = 0x0A
            end += 1
        }
        count = end
        (base + end).update(repeating: 0, count: bytes.count + PaddedText.padding + 1 - end)
        nulls = Self.replaceNulls(base, count)
    }

    deinit {
        base.deallocate()
    }

    private static func replaceNulls(_ base: UnsafeMutablePointer<UInt8>, _ count: Int) -> [Int] {
        var nulls: [Int] = []
        for index in 0..<count where base[index] == 0 {
            if nulls.count < reportedNulls { nulls.append(index) }
            base[index] = 0x20
        }
        return nulls
    }

    /// Lexes, parses and checks the text.
    func parse(_ source: SourceText) -> ParseResult {
        var lexer = Lexer(text: base, range: 0..<count, names: NameTable())
        lexer.run()
        var diagnostics = lexer.diagnostics + nulls.map(PaddedText.report)
        let nesting = lexer.nesting
        var table = NameTable(placeholder: ())
        swap(&table, &lexer.names)
        var parser = Parser(
            text: base,
            tokens: lexer.tokens,
            names: table,
            nesting: nesting,
            byteCount: count
        )
        parser.tree.limit = UInt32(source.utf8.count)
        let body = parser.parseProgram()
        diagnostics += parser.diagnostics
        let tree = parser.tree.finish(names: parser.names, body: body)
        diagnostics += Checker.check(tree)
        diagnostics = diagnostics.map { Self.within(source, $0) }
        diagnostics.sort { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }
        return ParseResult(source: source, tree: tree, diagnostics: diagnostics, nesting: measured(nesting))
    }

    /// Whether another text has the same tokens, and neither has something that is none.
    func hasSameTokens(as other: borrowing PaddedText) -> Bool {
        guard nulls.isEmpty, other.nulls.isEmpty, !differsPlainly(from: other) else { return false }
        var one = Lexer(text: base, range: 0..<count, names: NameTable())
        one.run()
        guard one.diagnostics.isEmpty else { return false }
        var two = Lexer(text: other.base, range: 0..<other.count, names: NameTable())
        two.run()
        guard two.diagnostics.isEmpty, one.tokens.count == two.tokens.count else { return false }
        for index in 0..<one.tokens.count {
            let (left, right) = (one.tokens[index], two.tokens[index])
            guard left.kind == right.kind else { return false }
            // Between lines only the kind counts: blocks may be indented more or less.
            if left.kind.isLayout { continue }
            guard bytes(of: left).elementsEqual(other.bytes(of: right)) else { return false }
        }
        return true
    }

    /// Whether tokens need not be looked at to say that they are not the same: the lines that differ do so in more than white space
    /// and comments. False says nothing.
    private func differsPlainly(from other: borrowing PaddedText) -> Bool {
        let shorter = min(count, other.count)
        var start = 0
        while start < shorter, base[start] == other.base[start] { start += 1 }
        while start > 0, base[start - 1] != 0x0A { start -= 1 }
        var common = 0
        while common < shorter - start, base[count - common - 1] == other.base[other.count - common - 1] {
            common += 1
        }
        while common > 0, base[count - common - 1] != 0x0A { common -= 1 }
        let ends = (count - common, other.count - common)
        var (one, two) = (start, start)
        while true {
            let (left, right) = (nextSign(&one, ends.0), other.nextSign(&two, ends.1))
            // A comment, or a backslash that joins lines, may be all that differs.
            for sign: UInt8 in [0x23, 0x5C] where left == sign || right == sign { return false }
            if left != right { return true }
            // Behind both ends nothing has differed.
            if left == 0 { return false }
        }
    }

    /// The next byte before `end` that is no white space; 0 where there is none.
    private func nextSign(_ place: inout Int, _ end: Int) -> UInt8 {
        while place < end {
            defer { place += 1 }
            let byte = base[place]
            if byte > 0x20 { return byte }
        }
        return 0
    }

    private func bytes(of token: Token) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + Int(token.start), count: Int(token.end - token.start))
    }

    /// What is missing at the end of a text without a last line break would stand behind the one that was added.
    private static func within(_ source: SourceText, _ diagnostic: Diagnostic) -> Diagnostic {
        let end = UInt32(source.utf8.count)
        guard diagnostic.range.end > end else { return diagnostic }
        return Diagnostic(
            diagnostic.rule,
            severity: diagnostic.severity,
            at: SourceRange(start: min(diagnostic.range.start, end), end: end),
            diagnostic.message,
            hint: diagnostic.hint
        )
    }

    private func measured(_ meter: NestingMeter) -> ParseResult.Nesting {
        func range(_ offset: Int) -> SourceRange {
            SourceRange(start: UInt32(offset), end: UInt32(offset + 1))
        }
        return ParseResult.Nesting(
            depth: meter.depth,
            range: range(meter.deepest),
            limitCrossing: meter.crossing.map(range)
        )
    }

    private static func report(_ offset: Int) -> Diagnostic {
        Diagnostic(
            .nullCharacter,
            at: SourceRange(start: UInt32(offset), end: UInt32(offset + 1)),
            "A program cannot hold a null character.",
            hint: "Remove it; in a string write \\0."
        )
    }
}
