/// Points to an expression of a ``Tree``. An expression's parts always have smaller indexes than the expression.
public struct ExpressionID: Hashable, Sendable, BitwiseCopyable, ListElement {
    /// Index into the tree's expressions.
    public let rawValue: UInt32
    /// An expression by its index.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Index as an array index, for tables beside the tree.
    @inlinable public var index: Int { Int(rawValue) }
    /// One word.
    @inlinable public static var wordCount: Int { 1 }
    /// Read from a list.
    @inlinable public init(words: [UInt32], at base: Int) { rawValue = words[base] }
}

/// Points to a statement of a ``Tree``. A statement's parts always have smaller indexes than the statement.
public struct StatementID: Hashable, Sendable, BitwiseCopyable, ListElement {
    /// Index into the tree's statements.
    public let rawValue: UInt32
    /// A statement by its index.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Index as an array index, for tables beside the tree.
    @inlinable public var index: Int { Int(rawValue) }
    /// One word.
    @inlinable public static var wordCount: Int { 1 }
    /// Read from a list.
    @inlinable public init(words: [UInt32], at base: Int) { rawValue = words[base] }
}

/// Points to a pattern of a `match` statement. A pattern's parts always have smaller indexes than the pattern.
public struct PatternID: Hashable, Sendable, BitwiseCopyable, ListElement {
    /// Index into the tree's patterns.
    public let rawValue: UInt32
    /// A pattern by its index.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Index as an array index, for tables beside the tree.
    @inlinable public var index: Int { Int(rawValue) }
    /// One word.
    @inlinable public static var wordCount: Int { 1 }
    /// Read from a list.
    @inlinable public init(words: [UInt32], at base: Int) { rawValue = words[base] }
}

/// An identifier, or a dotted module name; equal names of one tree are equal indexes, after NFKC as Python has it.
public struct Name: Hashable, Sendable, BitwiseCopyable, ListElement {
    /// Index into the tree's names; small and dense, so usable for tables.
    public let rawValue: UInt32
    /// A name by its index.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Index as an array index, for tables beside the tree.
    @inlinable public var index: Int { Int(rawValue) }
    /// One word.
    @inlinable public static var wordCount: Int { 1 }
    /// Read from a list.
    @inlinable public init(words: [UInt32], at base: Int) { rawValue = words[base] }
}

/// The decoded value of a literal: characters of a string, bytes of a bytes literal, digits of a big integer.
public struct TextID: Hashable, Sendable, BitwiseCopyable {
    /// Index into the tree's texts.
    public let rawValue: UInt32
    /// A text by its index.
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// Index as an array index, for tables beside the tree.
    @inlinable public var index: Int { Int(rawValue) }
}

/// Stands for "nothing" where an index is optional.
@usableFromInline let absent = UInt32.max

extension ExpressionID {
    @inlinable init?(optional rawValue: UInt32) {
        guard rawValue != absent else { return nil }
        self.rawValue = rawValue
    }
}

extension Name {
    @inlinable init?(optional rawValue: UInt32) {
        guard rawValue != absent else { return nil }
        self.rawValue = rawValue
    }
}
