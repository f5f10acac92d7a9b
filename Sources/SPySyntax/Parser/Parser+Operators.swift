/// How loosely an expression may be bound where it stands.
enum ExpressionLevel {
    /// Anything but `:=`: conditional expressions and lambdas too.
    case expression
    /// `or` and what binds more tightly.
    case disjunction
    /// `|` and what binds more tightly: no comparison, no `not`.
    case bitwiseOr
}

/// An operator on the parser's stack whose right side is not yet complete, or a keyword argument of such a call.
struct PendingOperator: BitwiseCopyable {
    enum Kind: UInt8 {
        case or, and, not, comparison, binary, unary, test, otherwise, lambda
    }

    var kind: Kind
    var precedence: UInt8
    /// Raw value of the operator.
    var code: UInt8
    /// Where the whole expression begins.
    var start: UInt32
    /// What stands to the left; of `otherwise` the body.
    var left: UInt32
    /// Of `otherwise` the test, of `lambda` its parameters; of a keyword argument its name.
    var extra: UInt32 = 0
    /// Of a keyword argument where it ends.
    var end: UInt32 = 0
}

/// Precedences of operators, from loose to tight.
enum Precedence {
    static let conditional: UInt8 = 1
    static let or: UInt8 = 2
    static let and: UInt8 = 3
    static let not: UInt8 = 4
    static let comparison: UInt8 = 5
    static let bitOr: UInt8 = 6
    static let unary: UInt8 = 12
    static let power: UInt8 = 13
}

extension TokenKind {
    /// Precedence and operator of the tokens that stand between two operands of an arithmetic operation.
    @inline(__always)
    var binary: (precedence: UInt8, operation: BinaryOperator)? {
        switch self {
        case .bar: (6, .bitOr)
        case .caret: (7, .bitXor)
        case .ampersand: (8, .bitAnd)
        case .leftShift: (9, .leftShift)
        case .rightShift: (9, .rightShift)
        case .plus: (10, .add)
        case .minus: (10, .subtract)
        case .star: (11, .multiply)
        case .slash: (11, .divide)
        case .doubleSlash: (11, .floorDivide)
        case .percent: (11, .modulo)
        case .at: (11, .matrixMultiply)
        case .doubleStar: (13, .power)
        default: nil
        }
    }

    @inline(__always)
    var comparison: ComparisonOperator? {
        switch self {
        case .doubleEqual: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessEqual: .lessOrEqual
        case .greater: .greater
        case .greaterEqual: .greaterOrEqual
        case .in: .in
        case .is: .is
        case .not: .notIn
        default: nil
        }
    }

    /// Whether an operator before an operand.
    @inline(__always)
    var isPrefix: Bool {
        switch self {
        case .minus, .plus, .tilde, .not, .lambda: true
        default: false
        }
    }

    /// Whether an expression goes on with this token after an operand.
    @inline(__always)
    var continuesExpression: Bool {
        switch self {
        case .bar, .caret, .ampersand, .leftShift, .rightShift, .plus, .minus, .star, .slash, .doubleSlash,
            .percent, .at,
            .doubleStar, .doubleEqual, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .in, .is, .not,
            .and, .or, .if:
            true
        default: false
        }
    }
}

extension Parser {
    /// An expression as loose as a level allows.
    mutating func parseExpression(_ level: ExpressionLevel = .expression) throws(SyntaxFailure)
        -> ExpressionID
    {
        if depth >= Parser.maximumDepth { throw failTooDeep() }
        depth += 1
        defer { depth -= 1 }
        if kind.isPrefix { return try parseOperators(level) }
        let operandStart = start
        let operand = try parsePrimary()
        guard kind.continuesExpression else { return operand }
        return try parseOperators(level, operand, operandStart)
    }

    /// The general case, by operator precedence on a stack.
    private mutating func parseOperators(
        _ level: ExpressionLevel,
        _ first: ExpressionID? = nil,
        _ firstStart: UInt32 = 0
    ) throws(SyntaxFailure) -> ExpressionID {
        let base = operators.count
        var operand: ExpressionID
        var operandStart = firstStart
        if let first {
            operand = first
        } else {
            try parsePrefixes(level, base)
            operandStart = start
            operand = try parsePrimary()
        }
        while true {
            if let (precedence, operation) = kind.binary {
                if precedence != Precedence.power { reduce(to: base, precedence, &operand, &operandStart) }
                pushOperator(.binary, precedence, operation.rawValue, operandStart, operand)
                advance()
            } else if level == .bitwiseOr {
                break
            } else if let comparison = kind.comparison {
                // Before the operator is taken, because what is completed ends with the token before it.
                reduce(to: base, Precedence.comparison + 1, &operand, &operandStart)
                guard let comparison = takeComparison(comparison) else { break }
                pushOperator(.comparison, Precedence.comparison, comparison.rawValue, operandStart, operand)
            } else if kind == .and || kind == .or {
                let precedence = kind == .and ? Precedence.and : Precedence.or
                reduce(to: base, precedence + 1, &operand, &operandStart)
                pushOperator(kind == .and ? .and : .or, precedence, 0, operandStart, operand)
                advance()
            } else if kind == .if {
                reduce(to: base, Precedence.or, &operand, &operandStart)
                guard level == .expression, !isInTest(base) else { break }
                pushOperator(.test, Precedence.conditional, 0, operandStart, operand)
                advance()
            } else if kind == .else {
                reduce(to: base, Precedence.or, &operand, &operandStart)
                guard isInTest(base) else { break }
                let last = operators.count - 1
                operators[last].kind = .otherwise
                operators[last].extra = operand.rawValue
                advance()
            } else {
                break
            }
            try parsePrefixes(level, base)
            operandStart = start
            operand = try parsePrimary()
        }
        reduce(to: base, Precedence.or, &operand, &operandStart)
        if isInTest(base) {
            throw fail(
                .missingElse,
                at: SourceRange(start: operators[operators.count - 1].start, end: previousEnd),
                "This 'if' expression has no 'else'.",
                hint: "Write VALUE if CONDITION else OTHER, or use an 'if' statement."
            )
        }
        reduce(to: base, 0, &operand, &operandStart)
        return operand
    }

    private func isInTest(_ base: Int) -> Bool {
        operators.count > base && operators[operators.count - 1].kind == .test
    }

    @inline(__always)
    private mutating func pushOperator(
        _ kind: PendingOperator.Kind,
        _ precedence: UInt8,
        _ code: UInt8,
        _ start: UInt32,
        _ left: ExpressionID
    ) {
        operators.append(
            PendingOperator(kind: kind, precedence: precedence, code: code, start: start, left: left.rawValue)
        )
    }

    /// Takes `is`, `is not`, `in`, `not in` and the symbols; nothing where `not` is not followed by `in`.
    private mutating func takeComparison(_ comparison: ComparisonOperator) -> ComparisonOperator? {
        switch comparison {
        case .notIn:
            guard nextKind == .in else { return nil }
            advance()
            advance()
            return .notIn
        case .is:
            advance()
            return take(.not) ? .isNot : .is
        default:
            advance()
            return comparison
        }
    }

    /// Pushes the operators that stand before an operand.
    @inline(__always)
    private mutating func parsePrefixes(_ level: ExpressionLevel, _ base: Int) throws(SyntaxFailure) {
        while kind.isPrefix { try parsePrefix(level, base) }
    }

    private mutating func parsePrefix(_ level: ExpressionLevel, _ base: Int) throws(SyntaxFailure) {
        let isBottom = operators.count == base
        let above = isBottom ? nil : operators[operators.count - 1].kind
        var entry = PendingOperator(
            kind: .unary,
            precedence: Precedence.unary,
            code: 0,
            start: start,
            left: 0
        )
        switch kind {
        case .not:
            let isAllowed =
                isBottom ? level != .bitwiseOr : above != .binary && above != .unary && above != .comparison
            guard isAllowed else { throw failUnexpected("an operand") }
            entry.kind = .not
            entry.precedence = Precedence.not
            entry.code = UnaryOperator.not.rawValue
        case .lambda:
            guard isBottom ? level == .expression : above == .otherwise || above == .lambda else {
                throw failUnexpected("an operand")
            }
            advance()
            let parameters = try parseParameters(isLambda: true)
            guard kind == .colon else { throw failExpecting(.colon, "after the parameters of a lambda") }
            entry.kind = .lambda
            entry.precedence = Precedence.conditional
            entry.extra = parameters.offset
        case .minus: entry.code = UnaryOperator.minus.rawValue
        case .plus: entry.code = UnaryOperator.plus.rawValue
        default: entry.code = UnaryOperator.invert.rawValue
        }
        operators.append(entry)
        advance()
    }

    /// Completes the pending operators that bind at least as tightly as a precedence.
    @inline(__always)
    private mutating func reduce(
        to base: Int,
        _ precedence: UInt8,
        _ operand: inout ExpressionID,
        _ operandStart: inout UInt32
    ) {
        while operators.count > base, operators[operators.count - 1].precedence >= precedence {
            reduceLast(base, &operand, &operandStart)
        }
    }

    private mutating func reduceLast(_ base: Int, _ operand: inout ExpressionID, _ operandStart: inout UInt32)
    {
        let entry = operators.removeLast()
        let left = ExpressionID(rawValue: entry.left)
        let end = previousEnd
        switch entry.kind {
        case .binary:
            operand = tree.add(
                .binaryOperation(left, BinaryOperator(rawValue: entry.code)!, operand),
                entry.start,
                end
            )
            operandStart = entry.start
        case .unary, .not:
            operand = tree.add(
                .unaryOperation(UnaryOperator(rawValue: entry.code)!, operand),
                entry.start,
                end
            )
            operandStart = entry.start
        case .and, .or: reduceBoolean(base, entry, &operand, &operandStart)
        case .comparison: reduceComparison(base, entry, &operand, &operandStart)
        case .otherwise:
            let test = ExpressionID(rawValue: entry.extra)
            operand = tree.add(.conditional(test: test, body: left, otherwise: operand), entry.start, end)
            operandStart = entry.start
        case .lambda:
            operand = tree.add(.lambda(ParameterList(offset: entry.extra), body: operand), entry.start, end)
            operandStart = entry.start
        case .test: break
        }
    }

    /// `a or b or c` is one operation with three operands.
    private mutating func reduceBoolean(
        _ base: Int,
        _ last: PendingOperator,
        _ operand: inout ExpressionID,
        _ operandStart: inout UInt32
    ) {
        var first = operators.count
        while first > base, operators[first - 1].kind == last.kind { first -= 1 }
        let mark = scratch.count
        for entry in first..<operators.count { scratch.append(operators[entry].left) }
        scratch.append(last.left)
        push(operand)
        operandStart = first < operators.count ? operators[first].start : last.start
        operators.truncate(to: first)
        let values = list(from: mark, of: ExpressionID.self)
        operand = tree.add(
            .booleanOperation(last.kind == .and ? .and : .or, values),
            operandStart,
            previousEnd
        )
    }

    /// `a < b < c` is one comparison with two comparands.
    private mutating func reduceComparison(
        _ base: Int,
        _ last: PendingOperator,
        _ operand: inout ExpressionID,
        _ operandStart: inout UInt32
    ) {
        var first = operators.count
        while first > base, operators[first - 1].kind == .comparison { first -= 1 }
        let mark = scratch.count
        var comparisons = last.left
        if first < operators.count {
            comparisons = operators[first].left
            for entry in first..<operators.count {
                scratch.append(UInt32(operators[entry].code))
                scratch.append(entry + 1 < operators.count ? operators[entry + 1].left : last.left)
            }
            operandStart = operators[first].start
        } else {
            operandStart = last.start
        }
        scratch.append(UInt32(last.code))
        push(operand)
        operators.truncate(to: first)
        let comparands = list(from: mark, of: Comparand.self)
        operand = tree.add(
            .comparison(ExpressionID(rawValue: comparisons), comparands),
            operandStart,
            previousEnd
        )
    }
}
