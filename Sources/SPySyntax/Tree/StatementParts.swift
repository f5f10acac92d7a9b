/// `name as alias` in an import.
public struct ImportedName: Sendable, ListElement {
    /// What is imported: a name, a dotted module name, or `*`.
    public let name: Name
    /// The name after `as`.
    public let alias: Name?
    /// From the name to the end of the alias.
    public let range: SourceRange

    /// Four words.
    @inlinable public static var wordCount: Int { 4 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        name = Name(rawValue: words[base])
        alias = Name(optional: words[base + 1])
        range = SourceRange(start: words[base + 2], end: words[base + 3])
    }
}

/// `context as target` in a `with` statement.
public struct WithItem: Sendable, ListElement {
    /// The context manager.
    public let context: ExpressionID
    /// What its value is assigned to.
    public let target: ExpressionID?

    /// Two words.
    @inlinable public static var wordCount: Int { 2 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        context = ExpressionID(rawValue: words[base])
        target = ExpressionID(optional: words[base + 1])
    }
}

/// `except type as name: body`.
public struct ExceptHandler: Sendable, ListElement {
    /// What is caught; nothing for a bare `except:`.
    public let type: ExpressionID?
    /// The name after `as`.
    public let name: Name?
    /// The body.
    public let body: StatementList
    /// From `except` to the end of the body.
    public let range: SourceRange

    /// Five words.
    @inlinable public static var wordCount: Int { 5 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        type = ExpressionID(optional: words[base])
        name = Name(optional: words[base + 1])
        body = StatementList(offset: words[base + 2])
        range = SourceRange(start: words[base + 3], end: words[base + 4])
    }
}

/// `case pattern if guard: body`.
public struct MatchCase: Sendable, ListElement {
    /// What the subject is matched against.
    public let pattern: PatternID
    /// The condition after `if`.
    public let guardCondition: ExpressionID?
    /// The body.
    public let body: StatementList
    /// From `case` to the end of the body.
    public let range: SourceRange

    /// Five words.
    @inlinable public static var wordCount: Int { 5 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        pattern = PatternID(rawValue: words[base])
        guardCondition = ExpressionID(optional: words[base + 1])
        body = StatementList(offset: words[base + 2])
        range = SourceRange(start: words[base + 3], end: words[base + 4])
    }
}

/// What an import names, in order.
public typealias ImportedNameList = NodeList<ImportedName>
/// Context managers in order.
public typealias WithItemList = NodeList<WithItem>
/// `except` clauses in order.
public typealias ExceptHandlerList = NodeList<ExceptHandler>
/// Cases of a `match` in order.
public typealias MatchCaseList = NodeList<MatchCase>
