/// `and`, `or`.
public enum BooleanOperator: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `and`
    case and
    /// `or`
    case or
}

/// Operators between two values that make a third; also those of augmented assignment.
public enum BinaryOperator: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `+`
    case add
    /// `-`
    case subtract
    /// `*`
    case multiply
    /// `@`
    case matrixMultiply
    /// `/`
    case divide
    /// `%`
    case modulo
    /// `**`
    case power
    /// `<<`
    case leftShift
    /// `>>`
    case rightShift
    /// `|`
    case bitOr
    /// `^`
    case bitXor
    /// `&`
    case bitAnd
    /// `//`
    case floorDivide

    /// The operator as written, `//`.
    public var symbol: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        case .matrixMultiply: "@"
        case .divide: "/"
        case .modulo: "%"
        case .power: "**"
        case .leftShift: "<<"
        case .rightShift: ">>"
        case .bitOr: "|"
        case .bitXor: "^"
        case .bitAnd: "&"
        case .floorDivide: "//"
        }
    }
}

/// Operators before one value.
public enum UnaryOperator: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `~`
    case invert
    /// `not`
    case not
    /// `+`
    case plus
    /// `-`
    case minus

    /// The operator as written, `not`.
    public var symbol: String {
        switch self {
        case .invert: "~"
        case .not: "not"
        case .plus: "+"
        case .minus: "-"
        }
    }
}

/// Operators that compare.
public enum ComparisonOperator: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// `==`
    case equal
    /// `!=`
    case notEqual
    /// `<`
    case less
    /// `<=`
    case lessOrEqual
    /// `>`
    case greater
    /// `>=`
    case greaterOrEqual
    /// `is`
    case `is`
    /// `is not`
    case isNot
    /// `in`
    case `in`
    /// `not in`
    case notIn

    /// The operator as written, `not in`.
    public var symbol: String {
        switch self {
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .is: "is"
        case .isNot: "is not"
        case .in: "in"
        case .notIn: "not in"
        }
    }
}

/// What is done with a name, attribute, subscript, list, tuple or starred expression.
public enum ExpressionContext: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Its value is read.
    case load
    /// It is assigned to.
    case store
    /// It is deleted.
    case delete
}

/// The `!s`, `!r` or `!a` of a replacement field in an f-string.
public enum FormatConversion: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// No conversion.
    case none
    /// `!s`
    case str
    /// `!r`
    case repr
    /// `!a`
    case ascii
}
