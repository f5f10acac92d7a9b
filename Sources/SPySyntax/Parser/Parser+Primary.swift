extension Parser {
    /// An operand: an atom with its calls, subscripts and attributes, and `await` before it.
    @inline(__always)
    mutating func parsePrimary() throws(SyntaxFailure) -> ExpressionID {
        if kind == .await { return try parseAwait() }
        let primaryStart = start
        let atom = try parseAtom()
        guard kind == .dot || kind == .leftParenthesis || kind == .leftBracket else { return atom }
        return try parsePostfixes(atom, primaryStart)
    }

    private mutating func parseAwait() throws(SyntaxFailure) -> ExpressionID {
        let awaitStart = start
        advance()
        if kind == .await { throw failUnexpected("what is awaited") }
        let value = try parsePrimary()
        return tree.add(.await(value), awaitStart, previousEnd)
    }

    mutating func parsePostfixes(_ first: ExpressionID, _ primaryStart: UInt32) throws(SyntaxFailure)
        -> ExpressionID
    {
        var value = first
        while true {
            switch kind {
            case .dot:
                advance()
                guard kind == .name else { throw failName("after the dot") }
                let name = Name(rawValue: current.value)
                advance()
                value = tree.add(.attribute(value, name, .load), primaryStart, previousEnd)
            case .leftParenthesis:
                value = try parseCall(value, primaryStart)
            case .leftBracket:
                advance()
                let index = try parseSubscript()
                try expect(.rightBracket, "after the subscript")
                value = tree.add(.subscripted(value, index: index, .load), primaryStart, previousEnd)
            default: return value
            }
        }
    }

    mutating func parseAtom() throws(SyntaxFailure) -> ExpressionID {
        let token = current
        switch token.kind {
        case .name:
            advance()
            return tree.add(.name(Name(rawValue: token.value), .load), token.start, token.end)
        case .integer, .float, .imaginary:
            advance()
            return tree.add(.constant(try decodeNumber(token)), token.start, token.end)
        case .string: return try parseStrings()
        case .trueLiteral, .falseLiteral:
            advance()
            return tree.add(.constant(.boolean(token.kind == .trueLiteral)), token.start, token.end)
        case .noneLiteral:
            advance()
            return tree.add(.constant(.none), token.start, token.end)
        case .ellipsis:
            advance()
            return tree.add(.constant(.ellipsis), token.start, token.end)
        case .leftParenthesis: return try parseParenthesised()
        case .leftBracket: return try parseListDisplay()
        case .leftBrace: return try parseBraces()
        default: throw failUnexpected()
        }
    }

    /// `a := b` or an expression.
    @inline(__always)
    mutating func parseNamedExpression() throws(SyntaxFailure) -> ExpressionID {
        let expressionStart = start
        let expression = try parseExpression()
        guard kind == .colonEqual else { return expression }
        return try parseAssignmentExpression(expression, expressionStart)
    }

    private mutating func parseAssignmentExpression(
        _ target: ExpressionID,
        _ targetStart: UInt32
    ) throws(SyntaxFailure) -> ExpressionID {
        guard case .name(let name, _) = tree[target], tree.range(of: target).start == targetStart else {
            throw fail(
                .invalidTarget,
                at: tree.range(of: target),
                "':=' gives a value to a name only, not to \(describe(target)).",
                hint: "Use '=' in a line of its own."
            )
        }
        tree.expressions[target.index] = .name(name, .store)
        advance()
        let value = try parseExpression()
        return tree.add(.assignmentExpression(target: target, value: value), targetStart, previousEnd)
    }

    /// `*a` or a named expression, as in displays.
    mutating func parseStarNamedExpression() throws(SyntaxFailure) -> ExpressionID {
        guard kind == .star else { return try parseNamedExpression() }
        return try parseStarred()
    }

    /// `*a`
    mutating func parseStarred() throws(SyntaxFailure) -> ExpressionID {
        let starStart = start
        advance()
        let value = try parseExpression(.bitwiseOr)
        return tree.add(.starred(value, .load), starStart, previousEnd)
    }

    /// One expression, or a tuple without parentheses; a single starred expression is allowed and left to the caller.
    mutating func parseStarExpressions() throws(SyntaxFailure) -> ExpressionID {
        let tupleStart = start
        let first = kind == .star ? try parseStarred() : try parseExpression()
        guard kind == .comma else { return first }
        let mark = scratch.count
        push(first)
        while take(.comma) {
            guard kind == .star || kind.canBeginExpression else { break }
            push(kind == .star ? try parseStarred() : try parseExpression())
        }
        let elements = list(from: mark, of: ExpressionID.self)
        return tree.add(.tuple(elements, .load), tupleStart, previousEnd)
    }

    /// `yield`, or what ``parseStarExpressions()`` reads.
    mutating func parseYieldOrStarExpressions() throws(SyntaxFailure) -> ExpressionID {
        kind == .yield ? try parseYield() : try parseStarExpressions()
    }

    mutating func parseYield() throws(SyntaxFailure) -> ExpressionID {
        let yieldStart = start
        advance()
        if take(.from) {
            let value = try parseExpression()
            return tree.add(.yieldFrom(value), yieldStart, previousEnd)
        }
        guard kind == .star || kind.canBeginExpression else {
            return tree.add(.yield(nil), yieldStart, previousEnd)
        }
        let value = try parseStarExpressions()
        refuseLoneStar(value)
        return tree.add(.yield(value), yieldStart, previousEnd)
    }

    /// A starred expression stands only where several values can.
    mutating func refuseLoneStar(_ expression: ExpressionID) {
        guard case .starred = tree[expression] else { return }
        report(
            .misplacedStar,
            at: tree.range(of: expression),
            "A starred expression cannot stand alone here.",
            hint: "Add a comma to make a tuple, or remove the star."
        )
    }

    /// What stands in the brackets of a subscript.
    private mutating func parseSubscript() throws(SyntaxFailure) -> ExpressionID {
        let subscriptStart = start
        let isStarred = kind == .star
        let first = try parseSlice()
        if !isStarred, kind != .comma { return first }
        let mark = scratch.count
        push(first)
        while take(.comma) {
            if kind == .rightBracket { break }
            push(try parseSlice())
        }
        let elements = list(from: mark, of: ExpressionID.self)
        return tree.add(.tuple(elements, .load), subscriptStart, previousEnd)
    }

    private mutating func parseSlice() throws(SyntaxFailure) -> ExpressionID {
        if kind == .star { return try parseStarred() }
        let sliceStart = start
        var lower: ExpressionID?
        if kind != .colon {
            let expression = try parseExpression()
            if kind == .colonEqual { return try parseAssignmentExpression(expression, sliceStart) }
            guard kind == .colon else { return expression }
            lower = expression
        }
        advance()
        let upper = kind == .colon || !kind.canBeginExpression ? nil : try parseExpression()
        var step: ExpressionID?
        if take(.colon), kind.canBeginExpression { step = try parseExpression() }
        return tree.add(.slice(Slice(lower: lower, upper: upper, step: step)), sliceStart, previousEnd)
    }
}

extension TokenKind {
    /// Whether an expression can begin with this token; a star and `yield` begin none.
    @inline(__always)
    var canBeginExpression: Bool {
        switch self {
        case .name, .integer, .float, .imaginary, .string, .leftParenthesis, .leftBracket, .leftBrace, .minus,
            .plus, .tilde,
            .not, .lambda, .await, .trueLiteral, .falseLiteral, .noneLiteral, .ellipsis:
            true
        default: false
        }
    }
}
