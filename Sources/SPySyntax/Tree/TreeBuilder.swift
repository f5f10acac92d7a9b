/// A tree while it grows.
struct TreeBuilder: ~Copyable {
    var expressions: Buffer<Expression>
    var expressionRanges: Buffer<SourceRange>
    var statements: Buffer<Statement>
    var statementRanges: Buffer<SourceRange>
    /// Where the text ends: a block that is missing there would end behind the line break that was added.
    var limit = UInt32.max
    var patterns = Buffer<Pattern>(capacity: 16)
    var patternRanges = Buffer<SourceRange>(capacity: 16)
    var words: Buffer<UInt32>
    var texts = Buffer<SourceRange>(capacity: 64)
    var textPool: Buffer<UInt8>
    var unicodePrefixed: Set<ExpressionID> = []

    /// A tree of about as many nodes as a text of so many bytes has.
    init(byteCount: Int) {
        expressions = Buffer(capacity: byteCount / 8)
        expressionRanges = Buffer(capacity: byteCount / 8)
        statements = Buffer(capacity: byteCount / 32)
        statementRanges = Buffer(capacity: byteCount / 32)
        words = Buffer(capacity: byteCount / 8)
        textPool = Buffer(capacity: byteCount / 4)
        words.append(0)
    }

    @inline(__always)
    mutating func add(_ expression: Expression, _ start: UInt32, _ end: UInt32) -> ExpressionID {
        let id = ExpressionID(rawValue: UInt32(truncatingIfNeeded: expressions.count))
        expressions.append(expression)
        expressionRanges.append(SourceRange(start: start, end: end))
        return id
    }

    @inline(__always)
    mutating func add(_ statement: Statement, _ start: UInt32, _ end: UInt32) -> StatementID {
        let id = StatementID(rawValue: UInt32(truncatingIfNeeded: statements.count))
        statements.append(statement)
        statementRanges.append(SourceRange(start: min(start, limit), end: min(end, limit)))
        return id
    }

    mutating func add(_ pattern: Pattern, _ start: UInt32, _ end: UInt32) -> PatternID {
        let id = PatternID(rawValue: UInt32(truncatingIfNeeded: patterns.count))
        patterns.append(pattern)
        patternRanges.append(SourceRange(start: start, end: end))
        return id
    }

    mutating func addText(_ bytes: UnsafeBufferPointer<UInt8>) -> TextID {
        let start = textPool.count
        for byte in bytes { textPool.append(byte) }
        return endText(from: start)
    }

    /// Makes what was appended to the pool since an offset a text.
    mutating func endText(from start: Int) -> TextID {
        texts.append(SourceRange(start: UInt32(start), end: UInt32(textPool.count)))
        return TextID(rawValue: UInt32(texts.count - 1))
    }

    subscript(id: ExpressionID) -> Expression { expressions[id.index] }

    func range(of id: ExpressionID) -> SourceRange { expressionRanges[id.index] }

    /// The finished tree; the names' bytes come before the texts' in its pool.
    func finish(names: borrowing NameTable, body: StatementList) -> Tree {
        var pool = names.pool.array()
        let shift = UInt32(pool.count)
        pool.append(contentsOf: UnsafeBufferPointer(start: textPool.base, count: textPool.count))
        let storage = TreeStorage(
            expressions: expressions.array(),
            expressionRanges: expressionRanges.array(),
            statements: statements.array(),
            statementRanges: statementRanges.array(),
            patterns: patterns.array(),
            patternRanges: patternRanges.array(),
            words: words.array(),
            names: names.spans.array(),
            texts: texts.array().map { SourceRange(start: $0.start + shift, end: $0.end + shift) },
            pool: pool,
            unicodePrefixed: unicodePrefixed
        )
        return Tree(storage: storage, body: body)
    }
}
