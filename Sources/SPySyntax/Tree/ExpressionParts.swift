/// `name=value` or `**value` in a call or a class header.
public struct Keyword: Sendable, ListElement {
    /// The name; nothing for `**value`.
    public let name: Name?
    /// The value.
    public let value: ExpressionID
    /// From the name or the stars to the end of the value.
    public let range: SourceRange

    /// Four words.
    @inlinable public static var wordCount: Int { 4 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        name = Name(optional: words[base])
        value = ExpressionID(rawValue: words[base + 1])
        range = SourceRange(start: words[base + 2], end: words[base + 3])
    }
}

/// An operator and what stands to its right in a comparison.
public struct Comparand: Sendable, ListElement {
    /// The operator.
    public let comparison: ComparisonOperator
    /// The value to its right.
    public let value: ExpressionID

    /// Two words.
    @inlinable public static var wordCount: Int { 2 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        comparison = ComparisonOperator(rawValue: UInt8(truncatingIfNeeded: words[base]))!
        value = ExpressionID(rawValue: words[base + 1])
    }
}

/// `key: value` or `**value` in a dictionary display.
public struct DictionaryItem: Sendable, ListElement {
    /// The key; nothing for `**value`.
    public let key: ExpressionID?
    /// The value.
    public let value: ExpressionID

    /// Two words.
    @inlinable public static var wordCount: Int { 2 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        key = ExpressionID(optional: words[base])
        value = ExpressionID(rawValue: words[base + 1])
    }
}

/// `for target in iterable if … if …` in a comprehension.
public struct ComprehensionClause: Sendable, ListElement {
    /// What is assigned to on each turn.
    public let target: ExpressionID
    /// What is iterated over.
    public let iterable: ExpressionID
    /// The conditions after `if`, all of which must hold.
    public let conditions: ExpressionList
    /// Whether it begins with `async`.
    public let isAsync: Bool
    /// From `for` or `async` to the end of the last condition.
    public let range: SourceRange

    /// Six words.
    @inlinable public static var wordCount: Int { 6 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        target = ExpressionID(rawValue: words[base])
        iterable = ExpressionID(rawValue: words[base + 1])
        conditions = ExpressionList(offset: words[base + 2])
        isAsync = words[base + 3] != 0
        range = SourceRange(start: words[base + 4], end: words[base + 5])
    }
}

/// A parameter of a function or lambda.
public struct Parameter: Sendable, ListElement {
    /// How arguments reach a parameter.
    public enum Kind: UInt32, Sendable {
        /// Before `/`.
        case positionalOnly
        /// By position or by name.
        case regular
        /// `*name`
        case variadic
        /// After `*`.
        case keywordOnly
        /// `**name`
        case variadicKeyword
    }

    /// Its name.
    public let name: Name
    /// How arguments reach it.
    public let kind: Kind
    /// The annotation after `:`.
    public let annotation: ExpressionID?
    /// The default after `=`.
    public let defaultValue: ExpressionID?
    /// The name and its annotation, without stars and default.
    public let range: SourceRange

    /// Six words.
    @inlinable public static var wordCount: Int { 6 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        name = Name(rawValue: words[base])
        kind = Kind(rawValue: words[base + 1])!
        annotation = ExpressionID(optional: words[base + 2])
        defaultValue = ExpressionID(optional: words[base + 3])
        range = SourceRange(start: words[base + 4], end: words[base + 5])
    }
}

/// Keyword arguments in order.
public typealias KeywordList = NodeList<Keyword>
/// The tail of a comparison in order.
public typealias ComparandList = NodeList<Comparand>
/// Items of a dictionary display in order.
public typealias DictionaryItemList = NodeList<DictionaryItem>
/// Clauses of a comprehension in order.
public typealias ComprehensionClauseList = NodeList<ComprehensionClause>
/// Parameters in the order written: positional-only, regular, variadic, keyword-only, variadic keyword.
public typealias ParameterList = NodeList<Parameter>
