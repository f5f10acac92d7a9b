/// Why a statement was given up; what is wrong has been reported where it was found.
struct SyntaxFailure: Error {}

/// Reads tokens into a tree by recursive descent, and binary operators by precedence on a stack of its own.
///
/// Recursion happens only for brackets (at most 200, by the lexer), blocks (at most 100, by the lexer), defaults of
/// lambdas (counted) and replacement fields of f-strings (by their quotes), so that no program can exhaust the stack.
/// An error is reported where it is found and then thrown as ``SyntaxFailure`` to the statement, which is left out of
/// the tree; parsing goes on at the next line. Loops end because every turn takes a token.
struct Parser: ~Copyable {
    let text: UnsafePointer<UInt8>
    /// The tokens being read: those of the program, or while a replacement field is read those of the field.
    var tokens: UnsafePointer<Token>
    var index = 0
    /// Kind of the token at ``index``.
    var kind: TokenKind
    var names: NameTable
    var tree: TreeBuilder
    /// Elements of lists that are being read; each list takes what it pushed.
    var scratch = Buffer<UInt32>(capacity: 256)
    /// Operators whose right side is being read.
    var operators = Buffer<PendingOperator>(capacity: 64)
    var diagnostics: [Diagnostic] = []
    /// Recursion through expressions.
    var depth = 0
    /// How many f-strings and format specifications stand around the current token.
    var fieldDepth = 0
    var nesting: NestingMeter

    /// What ``depth`` may reach. Brackets alone reach 200.
    static let maximumDepth = 400

    init(
        text: UnsafePointer<UInt8>,
        tokens: borrowing Buffer<Token>,
        names: consuming NameTable,
        nesting: NestingMeter,
        byteCount: Int
    ) {
        self.text = text
        self.tokens = UnsafePointer(tokens.base)
        kind = tokens[0].kind
        self.names = names
        self.nesting = nesting
        tree = TreeBuilder(byteCount: byteCount)
    }

    /// The token being looked at.
    var current: Token {
        @inline(__always) get { tokens[index] }
    }

    /// Offset at which the current token begins.
    var start: UInt32 {
        @inline(__always) get { tokens[index].start }
    }

    /// Offset at which the token before the current one ends.
    var previousEnd: UInt32 {
        @inline(__always) get { tokens[index - 1].end }
    }

    /// Kind of the token after the current one.
    var nextKind: TokenKind {
        @inline(__always) get { kind == .end ? .end : tokens[index + 1].kind }
    }

    /// Moves to the next token; the last one is never left.
    @inline(__always)
    mutating func advance() {
        if kind != .end { index += 1 }
        kind = tokens[index].kind
    }

    @inline(__always)
    mutating func take(_ wanted: TokenKind) -> Bool {
        guard kind == wanted else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: TokenKind, _ place: StaticString) throws(SyntaxFailure) {
        guard kind == wanted else { throw failExpecting(wanted, place) }
        advance()
    }

    /// Takes a name that is no keyword.
    mutating func takeName(_ place: StaticString) throws(SyntaxFailure) -> Name {
        guard kind == .name else { throw failName(place) }
        let name = Name(rawValue: current.value)
        advance()
        return name
    }

    /// Makes a list of the words pushed since a mark.
    @inline(__always)
    mutating func list<Element: ListElement>(from mark: Int, of type: Element.Type) -> NodeList<Element> {
        let pushed = scratch.count - mark
        if pushed == 0 { return .empty }
        let offset = UInt32(truncatingIfNeeded: tree.words.count)
        tree.words.append(UInt32(truncatingIfNeeded: pushed / Element.wordCount))
        for word in mark..<scratch.count { tree.words.append(scratch[word]) }
        scratch.truncate(to: mark)
        return NodeList(offset: offset)
    }

    @inline(__always)
    mutating func push(_ id: ExpressionID) { scratch.append(id.rawValue) }

    /// The whole program.
    mutating func parseProgram() -> StatementList {
        let mark = scratch.count
        while kind != .end { parseStatement() }
        return list(from: mark, of: StatementID.self)
    }
}
