/// What parsing gives: always a tree, and what is wrong with the program.
public struct ParseResult: Sendable {
    /// The text that was parsed, which all ranges point into.
    public let source: SourceText
    /// The program, as far as it was understood.
    public let tree: Tree
    /// What is wrong, in the order of the text. Empty means that CPython 3.11 compiles the program too.
    public let diagnostics: [Diagnostic]
    /// How deep brackets and blocks stand in each other at the deepest place, and where that is.
    public let nesting: Nesting

    /// Whether nothing is wrong.
    public var isValid: Bool { !diagnostics.contains { $0.severity == .error } }

    /// The deepest nesting of a program.
    public struct Nesting: Hashable, Sendable {
        /// Number of open brackets and blocks.
        public let depth: Int
        /// Where the deepest bracket or block begins.
        public let range: SourceRange
        /// Where the hundred-and-first level begins first, the place for a diagnostic of SPy's limit of 100.
        public let limitCrossing: SourceRange?
    }
}

/// Parses a program.
public func parse(_ text: some StringProtocol) -> ParseResult {
    parse(SourceText(text))
}

/// Parses a program given as bytes: UTF-8, or what a byte order mark or an encoding declaration says.
public func parse(_ bytes: [UInt8]) -> ParseResult {
    let decoded = SourceDecoder.decode(bytes)
    guard decoded.diagnostics.isEmpty else {
        return ParseResult(
            source: decoded.source,
            tree: Tree.empty,
            diagnostics: decoded.diagnostics,
            nesting: ParseResult.Nesting(depth: 0, range: SourceRange(start: 0, end: 0), limitCrossing: nil)
        )
    }
    return parse(decoded.source)
}

/// Parses a program.
public func parse(_ source: SourceText) -> ParseResult {
    PaddedText(source.utf8).parse(source)
}

/// Whether two texts are the same program, spelt the same: they differ in nothing but comments and white space.
///
/// Then they parse alike, errors too, but for where things stand. False also where a text has something that is no token.
/// Costs a fraction of what parsing them costs.
public func haveSameTokens(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
    haveSameTokens(Array(one.utf8), Array(other.utf8))
}

/// ``haveSameTokens(_:_:)-(StringProtocol,_)`` of texts that are known to be UTF-8.
public func haveSameTokens(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    PaddedText(one).hasSameTokens(as: PaddedText(other))
}
