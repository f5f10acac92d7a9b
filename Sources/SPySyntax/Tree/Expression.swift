/// An expression, one case for each that Python's grammar has. Trivial to copy, 16 bytes.
public enum Expression: Sendable, BitwiseCopyable {
    /// Text that could not be understood; only in trees that come with errors.
    case invalid
    /// A literal that is not an f-string: number, string, bytes, `None`, `True`, `False`, `...`.
    case constant(Constant)
    /// An f-string, or a concatenation of literals in which one is an f-string. The values are string constants and
    /// ``formattedValue(_:conversion:specification:)``s.
    case joinedString(ExpressionList)
    /// A replacement field `{value!conversion:specification}`; the specification is a ``joinedString(_:)``.
    case formattedValue(ExpressionID, conversion: FormatConversion, specification: ExpressionID?)
    /// A name.
    case name(Name, ExpressionContext)
    /// `value.name`
    case attribute(ExpressionID, Name, ExpressionContext)
    /// `value[index]`; the index may be a ``slice(_:)`` or a tuple with slices.
    case subscripted(ExpressionID, index: ExpressionID, ExpressionContext)
    /// `lower:upper:step`, only as an index or inside a tuple that is one.
    case slice(Slice)
    /// `*value`
    case starred(ExpressionID, ExpressionContext)
    /// `function(arguments…, keywords…)`; arguments may be ``starred(_:_:)``.
    case call(ExpressionID, arguments: ExpressionList, keywords: KeywordList)
    /// `a and b and c`, `a or b`
    case booleanOperation(BooleanOperator, ExpressionList)
    /// `left operator right`
    case binaryOperation(ExpressionID, BinaryOperator, ExpressionID)
    /// `operator operand`
    case unaryOperation(UnaryOperator, ExpressionID)
    /// `first < b <= c`
    case comparison(ExpressionID, ComparandList)
    /// `body if test else otherwise`
    case conditional(test: ExpressionID, body: ExpressionID, otherwise: ExpressionID)
    /// `target := value`; the target is always a name.
    case assignmentExpression(target: ExpressionID, value: ExpressionID)
    /// `lambda parameters: body`
    case lambda(ParameterList, body: ExpressionID)
    /// `[a, b]`
    case list(ExpressionList, ExpressionContext)
    /// `(a, b)` or `a, b`
    case tuple(ExpressionList, ExpressionContext)
    /// `{a, b}`
    case set(ExpressionList)
    /// `{key: value, **other}`
    case dictionary(DictionaryItemList)
    /// `[element for …]`
    case listComprehension(ExpressionID, ComprehensionClauseList)
    /// `{element for …}`
    case setComprehension(ExpressionID, ComprehensionClauseList)
    /// `(element for …)`
    case generator(ExpressionID, ComprehensionClauseList)
    /// `{key: value for …}`
    case dictionaryComprehension(key: ExpressionID, value: ExpressionID, ComprehensionClauseList)
    /// `await value`
    case await(ExpressionID)
    /// `yield value`
    case yield(ExpressionID?)
    /// `yield from value`
    case yieldFrom(ExpressionID)
}

/// The value of a literal.
public enum Constant: Sendable, BitwiseCopyable {
    /// `None`
    case none
    /// `True`, `False`
    case boolean(Bool)
    /// `...`
    case ellipsis
    /// A whole number that fits into 64 bits.
    case integer(Int)
    /// A whole number that does not: its digits without underscores, with `0x`, `0o` or `0b` before them where they are
    /// not decimal. See ``Tree/string(_:)``.
    case bigInteger(TextID)
    /// A floating-point number.
    case float(Double)
    /// The imaginary part of a number such as `2.5j`.
    case imaginary(Double)
    /// A string, after escapes and concatenation. See ``Tree/string(_:)`` and ``Tree/bytes(_:)``.
    case string(TextID)
    /// A bytes literal, after escapes and concatenation. See ``Tree/bytes(_:)``.
    case bytes(TextID)
}

/// The three parts of `lower:upper:step`.
public struct Slice: Sendable, BitwiseCopyable {
    @usableFromInline let lowerWord: UInt32
    @usableFromInline let upperWord: UInt32
    @usableFromInline let stepWord: UInt32

    init(lower: ExpressionID?, upper: ExpressionID?, step: ExpressionID?) {
        lowerWord = lower?.rawValue ?? absent
        upperWord = upper?.rawValue ?? absent
        stepWord = step?.rawValue ?? absent
    }

    /// Where the slice begins.
    @inlinable public var lower: ExpressionID? { ExpressionID(optional: lowerWord) }
    /// Where it ends, exclusive.
    @inlinable public var upper: ExpressionID? { ExpressionID(optional: upperWord) }
    /// Its step.
    @inlinable public var step: ExpressionID? { ExpressionID(optional: stepWord) }
}
