extension Parser {
    /// What begins with `(`: a tuple, a generator, or an expression in parentheses.
    mutating func parseParenthesised() throws(SyntaxFailure) -> ExpressionID {
        let open = start
        advance()
        if kind == .rightParenthesis {
            advance()
            return tree.add(.tuple(.empty, .load), open, previousEnd)
        }
        if kind == .yield {
            let value = try parseYield()
            try expectClosing(.rightParenthesis)
            return value
        }
        let first = try parseStarNamedExpression()
        switch kind {
        case .rightParenthesis:
            refuseLoneStar(first)
            advance()
            return first
        case .comma:
            let mark = scratch.count
            try parseElements(after: first, until: .rightParenthesis)
            let elements = list(from: mark, of: ExpressionID.self)
            try expectClosing(.rightParenthesis)
            return tree.add(.tuple(elements, .load), open, previousEnd)
        case .for, .async:
            refuseStarredElement(first)
            let clauses = try parseComprehensionClauses()
            try expectClosing(.rightParenthesis)
            return tree.add(.generator(first, clauses), open, previousEnd)
        default: throw failClosing(.rightParenthesis)
        }
    }

    /// Pushes the first element and, as long as commas follow, the others.
    private mutating func parseElements(
        after first: ExpressionID,
        until closing: TokenKind
    ) throws(SyntaxFailure) {
        push(first)
        while take(.comma) {
            if kind == closing { return }
            push(try parseStarNamedExpression())
        }
    }

    /// What begins with `[`.
    mutating func parseListDisplay() throws(SyntaxFailure) -> ExpressionID {
        let open = start
        advance()
        if take(.rightBracket) { return tree.add(.list(.empty, .load), open, previousEnd) }
        let first = try parseStarNamedExpression()
        if kind == .for || kind == .async {
            refuseStarredElement(first)
            let clauses = try parseComprehensionClauses()
            try expectClosing(.rightBracket)
            return tree.add(.listComprehension(first, clauses), open, previousEnd)
        }
        let mark = scratch.count
        try parseElements(after: first, until: .rightBracket)
        let elements = list(from: mark, of: ExpressionID.self)
        try expectClosing(.rightBracket)
        return tree.add(.list(elements, .load), open, previousEnd)
    }

    /// What begins with `{`.
    mutating func parseBraces() throws(SyntaxFailure) -> ExpressionID {
        let open = start
        advance()
        if take(.rightBrace) { return tree.add(.dictionary(.empty), open, previousEnd) }
        if kind == .doubleStar { return try parseDictionary(open, nil) }
        let first = try parseStarNamedExpression()
        if kind == .colon {
            refuseDictionaryKey(first)
            return try parseDictionary(open, first)
        }
        if kind == .for || kind == .async {
            refuseStarredElement(first)
            let clauses = try parseComprehensionClauses()
            try expectClosing(.rightBrace)
            return tree.add(.setComprehension(first, clauses), open, previousEnd)
        }
        let mark = scratch.count
        try parseElements(after: first, until: .rightBrace)
        let elements = list(from: mark, of: ExpressionID.self)
        try expectClosing(.rightBrace)
        return tree.add(.set(elements), open, previousEnd)
    }

    /// The items of a dictionary, whose first key has been read unless it is `**`.
    private mutating func parseDictionary(
        _ open: UInt32,
        _ firstKey: ExpressionID?
    ) throws(SyntaxFailure) -> ExpressionID {
        let mark = scratch.count
        var key = firstKey
        while true {
            if key == nil, kind == .doubleStar {
                try parseDictionaryUnpacking(isFirst: scratch.count == mark)
            } else {
                let itemKey: ExpressionID
                if let key { itemKey = key } else { itemKey = try parseExpression() }
                key = nil
                try expect(.colon, "after a key of a dictionary")
                let value = try parseDictionaryValue()
                if kind == .for || kind == .async, scratch.count == mark {
                    let clauses = try parseComprehensionClauses()
                    try expectClosing(.rightBrace)
                    return tree.add(
                        .dictionaryComprehension(key: itemKey, value: value, clauses),
                        open,
                        previousEnd
                    )
                }
                push(itemKey)
                push(value)
            }
            guard take(.comma), kind != .rightBrace else { break }
        }
        let items = list(from: mark, of: DictionaryItem.self)
        try expectClosing(.rightBrace)
        return tree.add(.dictionary(items), open, previousEnd)
    }

    private mutating func parseDictionaryUnpacking(isFirst: Bool) throws(SyntaxFailure) {
        let starStart = start
        advance()
        let value = try parseExpression(.bitwiseOr)
        scratch.append(absent)
        push(value)
        if kind == .for || kind == .async, isFirst {
            throw fail(
                .misplacedStar,
                at: SourceRange(start: starStart, end: previousEnd),
                "'**' cannot be unpacked in a comprehension.",
                hint: "Iterate over the items of each dictionary in a second 'for'."
            )
        }
    }

    private mutating func parseDictionaryValue() throws(SyntaxFailure) -> ExpressionID {
        if kind == .star {
            throw fail(
                .misplacedStar,
                at: current.range,
                "A starred expression cannot be a value of a dictionary."
            )
        }
        guard kind.canBeginExpression else { throw failUnexpected("a value after ':' in a dictionary") }
        return try parseExpression()
    }

    private mutating func refuseDictionaryKey(_ key: ExpressionID) {
        switch tree[key] {
        case .starred:
            report(
                .misplacedStar,
                at: tree.range(of: key),
                "A starred expression cannot be a key of a dictionary."
            )
        case .assignmentExpression where tokens[index - 1].end == tree.range(of: key).end:
            report(
                .unexpectedToken,
                at: tree.range(of: key),
                "':=' needs parentheses in a key of a dictionary.",
                hint: "Write (name := value): …"
            )
        default: break
        }
    }

    private mutating func refuseStarredElement(_ element: ExpressionID) {
        guard case .starred = tree[element] else { return }
        report(
            .misplacedStar,
            at: tree.range(of: element),
            "A comprehension cannot unpack its elements with '*'.",
            hint: "Iterate over each element in a second 'for'."
        )
    }

    /// `for … in … if …`, one or more times.
    mutating func parseComprehensionClauses() throws(SyntaxFailure) -> ComprehensionClauseList {
        let mark = scratch.count
        while kind == .for || kind == .async {
            let clauseStart = start
            let isAsync = take(.async)
            try expect(.for, "after 'async' in a comprehension")
            let target = try parseTargets(until: .in)
            try expect(.in, "after the target of a comprehension")
            let iterable = try parseExpression(.disjunction)
            let conditionMark = scratch.count
            while take(.if) { push(try parseExpression(.disjunction)) }
            let conditions = list(from: conditionMark, of: ExpressionID.self)
            push(target)
            push(iterable)
            scratch.append(conditions.offset)
            scratch.append(isAsync ? 1 : 0)
            scratch.append(clauseStart)
            scratch.append(previousEnd)
        }
        return list(from: mark, of: ComprehensionClause.self)
    }

    mutating func expectClosing(_ closing: TokenKind) throws(SyntaxFailure) {
        guard kind == closing else { throw failClosing(closing) }
        advance()
    }

    private mutating func failClosing(_ closing: TokenKind) -> SyntaxFailure {
        if kind == .colonEqual || kind == .equal { return failUnexpected("a comma or '\(closing.spelling)'") }
        return failExpecting(closing, "to close the bracket")
    }
}
