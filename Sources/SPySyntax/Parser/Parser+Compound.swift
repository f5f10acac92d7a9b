extension Parser {
    /// `if`, with its `elif`s read in a loop, so that a long chain takes no stack.
    mutating func parseIf() throws(SyntaxFailure) {
        var clauses: [(start: UInt32, test: ExpressionID, body: StatementList)] = []
        var otherwise = StatementList.empty
        repeat {
            let clauseStart = start
            advance()
            let test = try parseNamedExpression()
            clauses.append((clauseStart, test, try parseBlock("after the condition of 'if'")))
        } while kind == .elif
        if take(.else) { otherwise = try parseBlock("after 'else'") }
        let end = lastEnd
        for (position, clause) in clauses.enumerated().reversed() {
            let id = tree.add(
                .if(test: clause.test, body: clause.body, otherwise: otherwise),
                clause.start,
                end
            )
            scratch.append(id.rawValue)
            if position > 0 { otherwise = list(from: scratch.count - 1, of: StatementID.self) }
        }
    }

    mutating func parseWhile() throws(SyntaxFailure) {
        let statementStart = start
        advance()
        let test = try parseNamedExpression()
        let body = try parseBlock("after the condition of 'while'")
        let otherwise = take(.else) ? try parseBlock("after 'else'") : .empty
        pushStatement(.while(test: test, body: body, otherwise: otherwise), statementStart)
    }

    mutating func parseFor(start statementStart: UInt32, isAsync: Bool) throws(SyntaxFailure) {
        advance()
        let target = try parseTargets(until: .in)
        try expect(.in, "after the target of 'for'")
        let iterable = try parseStarExpressions()
        refuseLoneStar(iterable)
        let body = try parseBlock("after the header of 'for'")
        let otherwise = take(.else) ? try parseBlock("after 'else'") : .empty
        let loop = ForLoop(
            target: target,
            iterable: iterable,
            body: body,
            otherwise: otherwise,
            isAsync: isAsync
        )
        pushStatement(.for(loop), statementStart)
    }

    mutating func parseAsync() throws(SyntaxFailure) {
        let statementStart = start
        advance()
        switch kind {
        case .def: try parseFunction(decorators: .empty, start: statementStart, isAsync: true)
        case .for: try parseFor(start: statementStart, isAsync: true)
        case .with: try parseWith(start: statementStart, isAsync: true)
        default: throw failUnexpected("'def', 'for' or 'with' after 'async'")
        }
    }

    mutating func parseDecorated() throws(SyntaxFailure) {
        let mark = scratch.count
        while take(.at) {
            push(try parseNamedExpression())
            guard kind == .newline else { throw failUnexpected("the end of the line") }
            advance()
        }
        let decorators = list(from: mark, of: ExpressionID.self)
        let statementStart = start
        switch kind {
        case .def: try parseFunction(decorators: decorators, start: statementStart, isAsync: false)
        case .class: try parseClass(decorators: decorators)
        case .async where nextKind == .def:
            advance()
            try parseFunction(decorators: decorators, start: statementStart, isAsync: true)
        default: throw failUnexpected("'def' or 'class' after a decorator")
        }
    }

    mutating func parseFunction(
        decorators: ExpressionList,
        start statementStart: UInt32,
        isAsync: Bool
    ) throws(SyntaxFailure) {
        advance()
        let nameRange = current.range
        let name = try takeName("of a function")
        try expect(.leftParenthesis, "after the name of a function")
        let parameters = try parseParameters(isLambda: false)
        try expectClosing(.rightParenthesis)
        let returns = take(.arrow) ? try parseExpression() : nil
        let body = try parseBlock("after the header of 'def'")
        let function = FunctionDefinition(
            name: name,
            nameRange: nameRange,
            parameters: parameters,
            body: body,
            decorators: decorators,
            returns: returns,
            isAsync: isAsync
        )
        pushStatement(.functionDefinition(function), statementStart)
    }

    mutating func parseClass(decorators: ExpressionList) throws(SyntaxFailure) {
        let statementStart = start
        advance()
        let nameRange = current.range
        let name = try takeName("of a class")
        var bases = ExpressionList.empty
        var keywords = KeywordList.empty
        let open = start
        if take(.leftParenthesis) { (bases, keywords) = try parseArguments(open, allowsGenerator: false) }
        let body = try parseBlock("after the header of 'class'")
        let definition = ClassDefinition(
            name: name,
            nameRange: nameRange,
            bases: bases,
            keywords: keywords,
            body: body,
            decorators: decorators
        )
        pushStatement(.classDefinition(definition), statementStart)
    }

    mutating func pushStatement(_ statement: Statement, _ statementStart: UInt32) {
        scratch.append(tree.add(statement, statementStart, lastEnd).rawValue)
    }
}
