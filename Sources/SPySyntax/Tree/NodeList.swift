/// What can be an element of a ``NodeList``: a fixed number of words.
public protocol ListElement: Sendable {
    /// How many words one element takes.
    static var wordCount: Int { get }
    /// Reads the element whose words begin at an index.
    init(words: [UInt32], at base: Int)
}

/// A list of a tree's parts, four bytes wide; `tree[list]` gives the elements.
public struct NodeList<Element: ListElement>: Hashable, Sendable, BitwiseCopyable {
    /// Where in the tree's words the list stands: its count, then its elements. 0 is the empty list.
    @usableFromInline let offset: UInt32

    @inlinable init(offset: UInt32) { self.offset = offset }

    /// Whether there are no elements.
    @inlinable public var isEmpty: Bool { offset == 0 }

    /// The empty list.
    @inlinable public static var empty: NodeList { NodeList(offset: 0) }
}

/// Elements of a ``NodeList``.
public struct NodeElements<Element: ListElement>: RandomAccessCollection, Sendable {
    @usableFromInline let words: [UInt32]
    @usableFromInline let base: Int
    /// Number of elements.
    public let count: Int

    @inlinable
    init(words: [UInt32], offset: UInt32) {
        self.words = words
        base = Int(offset) + 1
        count = Int(words[Int(offset)])
    }

    /// Always 0.
    @inlinable public var startIndex: Int { 0 }
    /// The count.
    @inlinable public var endIndex: Int { count }

    /// The element at a position counted from 0.
    @inlinable
    public subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "list index out of range")
        return Element(words: words, at: base + position * Element.wordCount)
    }
}

/// Statements in order: a block.
public typealias StatementList = NodeList<StatementID>
/// Expressions in order.
public typealias ExpressionList = NodeList<ExpressionID>
/// Patterns in order.
public typealias PatternList = NodeList<PatternID>
/// Names in order.
public typealias NameList = NodeList<Name>
