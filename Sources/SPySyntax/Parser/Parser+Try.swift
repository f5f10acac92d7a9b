extension Parser {
    mutating func parseTry() throws(SyntaxFailure) {
        let statementStart = start
        advance()
        let body = try parseBlock("after 'try'")
        let mark = scratch.count
        var isGroup: Bool?
        while kind == .except { try parseHandler(&isGroup) }
        let handlers = list(from: mark, of: ExceptHandler.self)
        var otherwise = StatementList.empty
        if kind == .else, isGroup != nil {
            advance()
            otherwise = try parseBlock("after 'else'")
        }
        var finally = StatementList.empty
        let hasFinally = kind == .finally
        if take(.finally) { finally = try parseBlock("after 'finally'") }
        if isGroup == nil, !hasFinally {
            throw fail(
                .incompleteTry,
                at: tokens[index].range,
                "This 'try' has neither 'except' nor 'finally'.",
                hint: "Add an 'except' for the errors that you expect."
            )
        }
        let statement = TryStatement(
            body: body,
            handlers: handlers,
            otherwise: otherwise,
            finally: finally,
            isGroup: isGroup ?? false
        )
        pushStatement(.try(statement), statementStart)
    }

    private mutating func parseHandler(_ isGroup: inout Bool?) throws(SyntaxFailure) {
        let handlerStart = start
        let keyword = current.range
        advance()
        let hasStar = take(.star)
        if let isGroup, isGroup != hasStar {
            throw fail(.incompleteTry, at: keyword, "One 'try' cannot have both 'except' and 'except*'.")
        }
        isGroup = hasStar
        var type: ExpressionID?
        var name: Name?
        if kind != .colon || hasStar {
            guard kind.canBeginExpression else { throw failUnexpected("the type of an exception") }
            type = try parseExpression()
            if kind == .comma {
                throw fail(
                    .incompleteTry,
                    at: current.range,
                    "Several types of exceptions need parentheses.",
                    hint: "Write except (A, B):"
                )
            }
            if take(.as) { name = try takeName("after 'as'") }
        }
        let body = try parseBlock("after 'except'")
        scratch.append(type?.rawValue ?? absent)
        scratch.append(name?.rawValue ?? absent)
        scratch.append(body.offset)
        scratch.append(handlerStart)
        scratch.append(lastEnd)
    }
}
