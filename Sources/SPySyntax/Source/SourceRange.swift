/// A stretch of source text: byte offsets into ``SourceText/utf8``, the end exclusive.
public struct SourceRange: Hashable, Sendable, BitwiseCopyable {
    /// Offset of the first byte.
    public let start: UInt32
    /// Offset of the byte after the last one.
    public let end: UInt32

    /// A range from one byte offset up to, and without, another.
    @inlinable
    public init(start: UInt32, end: UInt32) {
        self.start = start
        self.end = end
    }

    /// Number of bytes covered.
    @inlinable public var count: Int { end > start ? Int(end - start) : 0 }

    /// The smallest range that covers both.
    @inlinable
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(start: min(start, other.start), end: max(end, other.end))
    }
}

/// A place for people: line and column, both counted from 1, the column in code points.
public struct SourcePosition: Hashable, Sendable, Comparable {
    /// Line, counted from 1.
    public let line: Int
    /// Column in code points, counted from 1.
    public let column: Int

    /// A position at a line and a column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Whether one position stands before another in the text.
    public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
