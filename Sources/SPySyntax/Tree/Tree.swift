/// A program as a tree: statements, expressions and patterns in arenas, pointed to by four-byte indexes.
///
/// ```swift
/// let tree = parse("total = price * 2").tree
/// for statement in tree[tree.body] {
///     switch tree[statement] {
///     case .assignment(let targets, let value): …
///     default: …
///     }
/// }
/// ```
///
/// Subscripts give nodes and list elements, ``range(of:)-(ExpressionID)`` and its siblings say where a node stands in
/// the source. Within each arena a node's parts have smaller indexes than the node, so a loop over the indexes sees
/// parts before wholes without recursion. Copying a tree copies one reference.
public struct Tree: Sendable {
    @usableFromInline let storage: TreeStorage
    /// The statements of the program.
    public let body: StatementList

    init(storage: TreeStorage, body: StatementList) {
        self.storage = storage
        self.body = body
    }

    /// A program without statements.
    public static let empty = Tree(
        storage: TreeStorage(
            expressions: [],
            expressionRanges: [],
            statements: [],
            statementRanges: [],
            patterns: [],
            patternRanges: [],
            words: [0],
            names: [],
            texts: [],
            pool: [],
            unicodePrefixed: []
        ),
        body: .empty
    )

    /// The expression at an index.
    @inlinable public subscript(id: ExpressionID) -> Expression { storage.expressions[id.index] }
    /// The statement at an index.
    @inlinable public subscript(id: StatementID) -> Statement { storage.statements[id.index] }
    /// The pattern at an index.
    @inlinable public subscript(id: PatternID) -> Pattern { storage.patterns[id.index] }

    /// The elements of a list.
    @inlinable
    public subscript<Element>(list: NodeList<Element>) -> NodeElements<Element> {
        NodeElements(words: storage.words, offset: list.offset)
    }

    /// Where an expression stands.
    @inlinable
    public func range(of id: ExpressionID) -> SourceRange { storage.expressionRanges[id.index] }
    /// Where a statement stands.
    @inlinable
    public func range(of id: StatementID) -> SourceRange { storage.statementRanges[id.index] }
    /// Where a pattern stands.
    @inlinable
    public func range(of id: PatternID) -> SourceRange { storage.patternRanges[id.index] }

    /// Number of expressions in the arena, reachable from ``body`` or not.
    @inlinable public var expressionCount: Int { storage.expressions.count }
    /// Number of statements in the arena.
    @inlinable public var statementCount: Int { storage.statements.count }
    /// Number of patterns in the arena.
    @inlinable public var patternCount: Int { storage.patterns.count }
    /// Number of distinct names.
    @inlinable public var nameCount: Int { storage.names.count }

    /// The text of a name, normalised as Python does (NFKC).
    public func string(_ name: Name) -> String {
        String(decoding: storage.bytes(of: storage.names[name.index]), as: UTF8.self)
    }

    /// The bytes of a name's text.
    public func bytes(_ name: Name) -> ArraySlice<UInt8> { storage.bytes(of: storage.names[name.index]) }

    /// The index of a name, where the program mentions it.
    public func name(_ text: String) -> Name? {
        let wanted = Array(text.utf8)
        for (index, span) in storage.names.enumerated() where storage.bytes(of: span).elementsEqual(wanted) {
            return Name(rawValue: UInt32(index))
        }
        return nil
    }

    /// The text of a literal. Surrogates, which Python allows in strings and Swift does not, become U+FFFD.
    public func string(_ text: TextID) -> String {
        String(decoding: storage.bytes(of: storage.texts[text.index]), as: UTF8.self)
    }

    /// The bytes of a literal; of a string its UTF-8, with surrogates encoded as three bytes like other code points.
    public func bytes(_ text: TextID) -> ArraySlice<UInt8> {
        storage.bytes(of: storage.texts[text.index])
    }

    /// Whether it is a copy of another tree, which takes no time to find out. Trees that are not may be equal all the same.
    public func isCopy(of other: Tree) -> Bool { storage === other.storage }

    /// Whether a string literal begins with `u`, which has no meaning and is kept only to print it again.
    public func hasUnicodePrefix(_ id: ExpressionID) -> Bool {
        storage.unicodePrefixed.contains(id)
    }
}

/// Arenas of a tree. Never changes once a tree has it.
@usableFromInline
final class TreeStorage: Sendable {
    @usableFromInline let expressions: [Expression]
    @usableFromInline let expressionRanges: [SourceRange]
    @usableFromInline let statements: [Statement]
    @usableFromInline let statementRanges: [SourceRange]
    @usableFromInline let patterns: [Pattern]
    @usableFromInline let patternRanges: [SourceRange]
    /// Lists: a count, then elements of some words each. The first list is the empty one.
    @usableFromInline let words: [UInt32]
    /// Spans of ``pool``.
    @usableFromInline let names: [SourceRange]
    /// Spans of ``pool``.
    @usableFromInline let texts: [SourceRange]
    @usableFromInline let pool: [UInt8]
    @usableFromInline let unicodePrefixed: Set<ExpressionID>

    init(
        expressions: [Expression],
        expressionRanges: [SourceRange],
        statements: [Statement],
        statementRanges: [SourceRange],
        patterns: [Pattern],
        patternRanges: [SourceRange],
        words: [UInt32],
        names: [SourceRange],
        texts: [SourceRange],
        pool: [UInt8],
        unicodePrefixed: Set<ExpressionID>
    ) {
        self.expressions = expressions
        self.expressionRanges = expressionRanges
        self.statements = statements
        self.statementRanges = statementRanges
        self.patterns = patterns
        self.patternRanges = patternRanges
        self.words = words
        self.names = names
        self.texts = texts
        self.pool = pool
        self.unicodePrefixed = unicodePrefixed
    }

    func bytes(of span: SourceRange) -> ArraySlice<UInt8> {
        pool[Int(span.start)..<Int(span.end)]
    }
}
