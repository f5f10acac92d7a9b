extension Parser {
    /// Whether `match` at the beginning of a line is the keyword: only then does the line end in a colon.
    func isMatchStatement() -> Bool {
        switch tokens[index + 1].kind {
        case .equal, .dot, .comma, .colon, .newline, .semicolon, .rightParenthesis: return false
        default: break
        }
        var at = index + 1
        while tokens[at].kind != .newline, tokens[at].kind != .end { at += 1 }
        return tokens[at - 1].kind == .colon
    }

    mutating func parseMatch() throws(SyntaxFailure) {
        let statementStart = start
        advance()
        let subject = try parseSubject()
        try expect(.colon, "after the subject of 'match'")
        guard kind == .newline else { throw failUnexpected("the end of the line after 'match …:'") }
        advance()
        guard kind == .indent else {
            throw fail(
                .missingBlock,
                at: current.range,
                "An indented block with a 'case' is missing after 'match'.",
                hint: "Indent the cases."
            )
        }
        advance()
        let mark = scratch.count
        while kind != .dedent, kind != .end { try parseCase() }
        let cases = list(from: mark, of: MatchCase.self)
        _ = take(.dedent)
        pushStatement(.match(subject: subject, cases), statementStart)
    }

    private mutating func parseSubject() throws(SyntaxFailure) -> ExpressionID {
        let subjectStart = start
        let isStarred = kind == .star
        let first = try parseStarNamedExpression()
        guard kind == .comma else {
            if isStarred { refuseLoneStar(first) }
            return first
        }
        let mark = scratch.count
        push(first)
        while take(.comma) {
            guard kind == .star || kind.canBeginExpression else { break }
            push(try parseStarNamedExpression())
        }
        let elements = list(from: mark, of: ExpressionID.self)
        return tree.add(.tuple(elements, .load), subjectStart, previousEnd)
    }

    private mutating func parseCase() throws(SyntaxFailure) {
        guard kind == .name, current.value == NameTable.case.rawValue else {
            throw failUnexpected("'case' in the block of 'match'")
        }
        let caseStart = start
        advance()
        let pattern = try parsePatterns()
        let guardCondition = take(.if) ? try parseNamedExpression() : nil
        let body = try parseBlock("after the pattern of 'case'")
        scratch.append(pattern.rawValue)
        scratch.append(guardCondition?.rawValue ?? absent)
        scratch.append(body.offset)
        scratch.append(caseStart)
        scratch.append(lastEnd)
    }

    /// A pattern, or several that make a sequence without brackets.
    private mutating func parsePatterns() throws(SyntaxFailure) -> PatternID {
        let patternStart = start
        let isStarred = kind == .star
        let first = try parseMaybeStarPattern()
        guard kind == .comma else {
            if isStarred {
                throw fail(
                    .invalidPattern,
                    at: SourceRange(start: patternStart, end: previousEnd),
                    "A pattern with '*' stands only in a sequence.",
                    hint: "Add a comma after it."
                )
            }
            return first
        }
        let mark = scratch.count
        scratch.append(first.rawValue)
        while take(.comma) {
            if kind == .colon || kind == .if { break }
            scratch.append(try parseMaybeStarPattern().rawValue)
        }
        return tree.add(.sequence(list(from: mark, of: PatternID.self)), patternStart, previousEnd)
    }

    private mutating func parseMaybeStarPattern() throws(SyntaxFailure) -> PatternID {
        guard kind == .star else { return try parsePattern() }
        let patternStart = start
        advance()
        let name = try takeName("after '*' in a pattern")
        if kind == .dot || kind == .leftParenthesis || kind == .equal { throw failUnexpected("a comma") }
        let captured = name == NameTable.underscore ? nil : name
        return tree.add(.star(captured), patternStart, previousEnd)
    }

    /// Alternatives, with `as` and a name or without.
    mutating func parsePattern() throws(SyntaxFailure) -> PatternID {
        if depth >= Parser.maximumDepth { throw failTooDeep() }
        depth += 1
        defer { depth -= 1 }
        let patternStart = start
        var pattern = try parseClosedPattern()
        if kind == .bar {
            let mark = scratch.count
            scratch.append(pattern.rawValue)
            while take(.bar) { scratch.append(try parseClosedPattern().rawValue) }
            pattern = tree.add(.alternatives(list(from: mark, of: PatternID.self)), patternStart, previousEnd)
        }
        guard take(.as) else { return pattern }
        let range = current.range
        let name = try takeName("after 'as' in a pattern")
        if name == NameTable.underscore || kind == .dot || kind == .leftParenthesis || kind == .equal {
            throw fail(
                .invalidPattern,
                at: range,
                "A pattern can be given only a name, and not '_', after 'as'."
            )
        }
        return tree.add(.alias(pattern, name), patternStart, previousEnd)
    }

    private mutating func parseClosedPattern() throws(SyntaxFailure) -> PatternID {
        let token = current
        switch token.kind {
        case .integer, .float, .imaginary, .minus, .string:
            let value = try parsePatternLiteral()
            return tree.add(.value(value), token.start, previousEnd)
        case .noneLiteral:
            advance()
            return tree.add(Pattern.none, token.start, token.end)
        case .trueLiteral, .falseLiteral:
            advance()
            return tree.add(.boolean(token.kind == .trueLiteral), token.start, token.end)
        case .name: return try parseNamePattern()
        case .leftParenthesis: return try parseParenthesisedPattern()
        case .leftBracket:
            advance()
            let elements = try parseSequence(until: .rightBracket)
            return tree.add(.sequence(elements), token.start, previousEnd)
        case .leftBrace: return try parseMappingPattern()
        default: throw failUnexpected("a pattern")
        }
    }

    /// Elements of a sequence pattern up to and with the closing bracket.
    private mutating func parseSequence(until closing: TokenKind) throws(SyntaxFailure) -> PatternList {
        let mark = scratch.count
        while kind != closing {
            scratch.append(try parseMaybeStarPattern().rawValue)
            guard take(.comma) else { break }
        }
        let elements = list(from: mark, of: PatternID.self)
        try expectClosing(closing)
        return elements
    }

    private mutating func parseParenthesisedPattern() throws(SyntaxFailure) -> PatternID {
        let open = start
        advance()
        if kind == .rightParenthesis {
            advance()
            return tree.add(.sequence(.empty), open, previousEnd)
        }
        let isStarred = kind == .star
        let first = try parseMaybeStarPattern()
        if kind == .comma {
            let mark = scratch.count
            scratch.append(first.rawValue)
            while take(.comma), kind != .rightParenthesis {
                scratch.append(try parseMaybeStarPattern().rawValue)
            }
            let elements = list(from: mark, of: PatternID.self)
            try expectClosing(.rightParenthesis)
            return tree.add(.sequence(elements), open, previousEnd)
        }
        if isStarred { throw failUnexpected("a comma after a pattern with '*'") }
        try expectClosing(.rightParenthesis)
        return first
    }

    /// A number with a sign or an imaginary part, or strings.
    private mutating func parsePatternLiteral() throws(SyntaxFailure) -> ExpressionID {
        if kind == .string { return try parseStrings() }
        let literalStart = start
        let left = try parseSignedNumber()
        guard kind == .plus || kind == .minus else { return left }
        let isImaginary = tokens[index - 1].kind == .imaginary
        let operation: BinaryOperator = kind == .plus ? .add : .subtract
        let range = current.range
        advance()
        guard !isImaginary, kind == .imaginary else {
            throw fail(
                .invalidPattern,
                at: range,
                "A number in a pattern can only be a real part and an imaginary part."
            )
        }
        let right = try parseAtom()
        return tree.add(.binaryOperation(left, operation, right), literalStart, previousEnd)
    }

    private mutating func parseSignedNumber() throws(SyntaxFailure) -> ExpressionID {
        let signStart = start
        let isNegative = take(.minus)
        switch kind {
        case .integer, .float, .imaginary: break
        default: throw failUnexpected("a number")
        }
        let number = try parseAtom()
        return isNegative ? tree.add(.unaryOperation(.minus, number), signStart, previousEnd) : number
    }

    /// A name that captures, `_`, a dotted name that is compared with, or a class.
    private mutating func parseNamePattern() throws(SyntaxFailure) -> PatternID {
        let token = current
        let name = Name(rawValue: token.value)
        guard nextKind == .dot || nextKind == .leftParenthesis else {
            advance()
            if kind == .equal { throw failUnexpected("the end of the pattern") }
            return tree.add(name == NameTable.underscore ? .wildcard : .capture(name), token.start, token.end)
        }
        let value = try parseDottedValue()
        guard kind == .leftParenthesis else { return tree.add(.value(value), token.start, previousEnd) }
        return try parseClassPattern(value, token.start)
    }

    private mutating func parseDottedValue() throws(SyntaxFailure) -> ExpressionID {
        let valueStart = start
        let first = try takeName("of a pattern")
        var value = tree.add(Expression.name(first, .load), valueStart, previousEnd)
        while take(.dot) {
            let attribute = try takeName("after the dot")
            value = tree.add(.attribute(value, attribute, .load), valueStart, previousEnd)
        }
        return value
    }

    private mutating func parseClassPattern(_ type: ExpressionID, _ patternStart: UInt32)
        throws(SyntaxFailure) -> PatternID
    {
        advance()
        let mark = scratch.count
        var keywords: [(Name, PatternID)] = []
        while kind != .rightParenthesis {
            if kind == .name, nextKind == .equal {
                let name = try takeName("of an attribute")
                advance()
                keywords.append((name, try parsePattern()))
            } else {
                let range = current.range
                let pattern = try parsePattern()
                if !keywords.isEmpty {
                    throw fail(
                        .invalidPattern,
                        at: range,
                        "A pattern by position cannot follow a pattern by name."
                    )
                }
                scratch.append(pattern.rawValue)
            }
            guard take(.comma) else { break }
        }
        let patterns = list(from: mark, of: PatternID.self)
        for (name, pattern) in keywords {
            scratch.append(name.rawValue)
            scratch.append(pattern.rawValue)
        }
        let keywordList = list(from: mark, of: ClassPatternKeyword.self)
        try expectClosing(.rightParenthesis)
        return tree.add(.typed(type, patterns, keywordList), patternStart, previousEnd)
    }

    private mutating func parseMappingPattern() throws(SyntaxFailure) -> PatternID {
        let open = start
        advance()
        let mark = scratch.count
        var rest: Name?
        while kind != .rightBrace {
            if take(.doubleStar) {
                let range = current.range
                let name = try takeName("after '**' in a pattern")
                if name == NameTable.underscore {
                    throw fail(
                        .invalidPattern,
                        at: range,
                        "'**_' has no use in a pattern.",
                        hint: "Remove it."
                    )
                }
                rest = name
                _ = take(.comma)
                break
            }
            let key = try parseMappingKey()
            try expect(.colon, "after a key of a mapping pattern")
            push(key)
            scratch.append(try parsePattern().rawValue)
            guard take(.comma) else { break }
        }
        let items = list(from: mark, of: MappingPatternItem.self)
        try expectClosing(.rightBrace)
        return tree.add(.mapping(items, rest: rest), open, previousEnd)
    }

    private mutating func parseMappingKey() throws(SyntaxFailure) -> ExpressionID {
        switch kind {
        case .integer, .float, .imaginary, .minus, .string: return try parsePatternLiteral()
        case .noneLiteral, .trueLiteral, .falseLiteral: return try parseAtom()
        case .name where nextKind == .dot: return try parseDottedValue()
        default: throw failUnexpected("a literal or a dotted name as key of a mapping pattern")
        }
    }
}
