extension Parser {
    /// The arguments of a call; the current token is `(`.
    mutating func parseCall(_ function: ExpressionID, _ callStart: UInt32) throws(SyntaxFailure)
        -> ExpressionID
    {
        let open = start
        advance()
        if take(.rightParenthesis) {
            return tree.add(.call(function, arguments: .empty, keywords: .empty), callStart, previousEnd)
        }
        let (arguments, keywords) = try parseArguments(open, allowsGenerator: true)
        return tree.add(.call(function, arguments: arguments, keywords: keywords), callStart, previousEnd)
    }

    /// Arguments up to and with the closing parenthesis.
    mutating func parseArguments(
        _ open: UInt32,
        allowsGenerator: Bool
    ) throws(SyntaxFailure) -> (ExpressionList, KeywordList) {
        let mark = scratch.count
        var keywords = KeywordsBeingRead(first: operators.count)
        var order = ArgumentOrder()
        while kind != .rightParenthesis {
            let argumentStart = start
            switch kind {
            case .star:
                refuseLate(&order, isStar: true)
                advance()
                let value = try parseExpression()
                push(tree.add(.starred(value, .load), argumentStart, previousEnd))
            case .doubleStar:
                advance()
                let value = try parseExpression()
                keywords.count += 1
                pushKeyword(absent, value, argumentStart)
                order.hasUnpacking = true
            default:
                if kind == .name, nextKind == .equal {
                    let name = current.value
                    advance()
                    advance()
                    guard kind.canBeginExpression else { throw failUnexpected("a value after '='") }
                    let value = try parseExpression()
                    keywords.count += 1
                    pushKeyword(name, value, argumentStart)
                    order.hasKeyword = true
                } else {
                    let value = try parsePositional(
                        open,
                        argumentStart,
                        &order,
                        allowsGenerator,
                        mark,
                        keywords
                    )
                    push(value)
                }
            }
            guard take(.comma) else { break }
        }
        let arguments = list(from: mark, of: ExpressionID.self)
        let keywordList = takeKeywords(keywords)
        try expectClosing(.rightParenthesis)
        return (arguments, keywordList)
    }

    /// Keywords are kept on the operator stack while arguments are kept on the list stack.
    struct KeywordsBeingRead {
        let first: Int
        var count = 0
    }

    private struct ArgumentOrder {
        var hasKeyword = false
        var hasUnpacking = false
    }

    private mutating func pushKeyword(_ name: UInt32, _ value: ExpressionID, _ keywordStart: UInt32) {
        operators.append(
            PendingOperator(
                kind: .test,
                precedence: 0,
                code: 0,
                start: keywordStart,
                left: value.rawValue,
                extra: name,
                end: previousEnd
            )
        )
    }

    private mutating func takeKeywords(_ keywords: KeywordsBeingRead) -> KeywordList {
        if keywords.count == 0 { return .empty }
        let mark = scratch.count
        for index in keywords.first..<operators.count {
            let entry = operators[index]
            scratch.append(entry.extra)
            scratch.append(entry.left)
            scratch.append(entry.start)
            scratch.append(entry.end)
        }
        operators.truncate(to: keywords.first)
        return list(from: mark, of: Keyword.self)
    }

    private mutating func parsePositional(
        _ open: UInt32,
        _ argumentStart: UInt32,
        _ order: inout ArgumentOrder,
        _ allowsGenerator: Bool,
        _ mark: Int,
        _ keywords: KeywordsBeingRead
    ) throws(SyntaxFailure) -> ExpressionID {
        let value = try parseNamedExpression()
        if kind == .equal { throw failKeyword(value) }
        if kind == .for || kind == .async {
            let clauses = try parseComprehensionClauses()
            let isAlone = scratch.count == mark && keywords.count == 0 && kind == .rightParenthesis
            if isAlone, allowsGenerator {
                return tree.add(.generator(value, clauses), open, current.end)
            }
            report(
                .bareGenerator,
                at: SourceRange(start: argumentStart, end: previousEnd),
                allowsGenerator
                    ? "A generator needs parentheses where it is not the only argument."
                    : "A generator cannot stand in the header of a class.",
                hint: allowsGenerator ? "Write (… for … in …)." : nil
            )
            return tree.add(.generator(value, clauses), argumentStart, previousEnd)
        }
        refuseLate(&order, isStar: false, at: SourceRange(start: argumentStart, end: previousEnd))
        return value
    }

    private mutating func failKeyword(_ value: ExpressionID) -> SyntaxFailure {
        switch tree[value] {
        case .constant(.boolean), .constant(.none):
            return fail(
                .invalidTarget,
                at: tree.range(of: value),
                "\(describe(value, capitalised: true)) cannot be the name of an argument."
            )
        default:
            return fail(
                .invalidTarget,
                at: SourceRange(start: tree.range(of: value).start, end: current.end),
                "Only a name can stand before '=' in an argument.",
                hint: "Compare with '=='."
            )
        }
    }

    private mutating func refuseLate(_ order: inout ArgumentOrder, isStar: Bool, at range: SourceRange? = nil)
    {
        if order.hasUnpacking {
            report(
                .argumentOrder,
                at: range ?? current.range,
                isStar
                    ? "'*' arguments cannot follow '**' arguments."
                    : "An argument by position cannot follow '**' arguments.",
                hint: "Move it before them."
            )
        } else if order.hasKeyword, !isStar {
            report(
                .argumentOrder,
                at: range ?? current.range,
                "An argument by position cannot follow an argument by name.",
                hint: "Move it before them, or give it a name."
            )
        }
    }
}
