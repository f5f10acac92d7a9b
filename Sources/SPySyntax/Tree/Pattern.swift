/// A pattern of a `match` statement.
public enum Pattern: Sendable, BitwiseCopyable {
    /// Text that could not be understood; only in trees that come with errors.
    case invalid
    /// Equal to a value: a number, string, bytes, or a dotted name.
    case value(ExpressionID)
    /// Identical to `None`.
    case none
    /// Identical to `True` or `False`.
    case boolean(Bool)
    /// `[a, b, *rest]`
    case sequence(PatternList)
    /// `{key: pattern, **rest}`
    case mapping(MappingPatternItemList, rest: Name?)
    /// `Type(a, b, attribute=c)`
    case typed(ExpressionID, PatternList, ClassPatternKeywordList)
    /// `*name` in a sequence; nothing for `*_`.
    case star(Name?)
    /// A name that matches anything: `name`.
    case capture(Name)
    /// `_`
    case wildcard
    /// `pattern as name`
    case alias(PatternID, Name)
    /// `a | b`
    case alternatives(PatternList)
}

/// `key: pattern` in a mapping pattern.
public struct MappingPatternItem: Sendable, ListElement {
    /// The key, a literal or a dotted name.
    public let key: ExpressionID
    /// What its value is matched against.
    public let pattern: PatternID

    /// Two words.
    @inlinable public static var wordCount: Int { 2 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        key = ExpressionID(rawValue: words[base])
        pattern = PatternID(rawValue: words[base + 1])
    }
}

/// `attribute=pattern` in a class pattern.
public struct ClassPatternKeyword: Sendable, ListElement {
    /// The attribute.
    public let name: Name
    /// What its value is matched against.
    public let pattern: PatternID

    /// Two words.
    @inlinable public static var wordCount: Int { 2 }

    /// Read from a list.
    @inlinable
    public init(words: [UInt32], at base: Int) {
        name = Name(rawValue: words[base])
        pattern = PatternID(rawValue: words[base + 1])
    }
}

/// Items of a mapping pattern in order.
public typealias MappingPatternItemList = NodeList<MappingPatternItem>
/// Keywords of a class pattern in order.
public typealias ClassPatternKeywordList = NodeList<ClassPatternKeyword>
