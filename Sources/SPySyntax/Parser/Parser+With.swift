extension Parser {
    /// `with`, whose items may stand in parentheses; whether they do is known only at the colon.
    mutating func parseWith(start statementStart: UInt32, isAsync: Bool) throws(SyntaxFailure) {
        advance()
        let mark = scratch.count
        if kind != .leftParenthesis || !parenthesesEndHeader() || !tryParenthesisedItems() {
            try parseItems()
        }
        let items = list(from: mark, of: WithItem.self)
        let body = try parseBlock("after the header of 'with'")
        pushStatement(.with(items, body: body, isAsync: isAsync), statementStart)
    }

    private mutating func parseItems() throws(SyntaxFailure) {
        repeat { try parseItem() } while take(.comma)
    }

    private mutating func parseItem() throws(SyntaxFailure) {
        let context = try parseExpression()
        push(context)
        guard take(.as) else {
            scratch.append(absent)
            return
        }
        let target = kind == .star ? try parseStarred() : try parseExpression(.bitwiseOr)
        setTarget(target)
        push(target)
    }

    /// Whether the bracket that is open here is followed by a colon.
    private func parenthesesEndHeader() -> Bool {
        var open = 0
        var at = index
        while true {
            switch tokens[at].kind {
            case .leftParenthesis, .leftBracket, .leftBrace: open += 1
            case .rightParenthesis, .rightBracket, .rightBrace:
                open -= 1
                if open == 0 { return tokens[at + 1].kind == .colon }
            case .newline, .end, .error: return false
            default: break
            }
            at += 1
        }
    }

    /// Reads `(item, item, …)`; where that fails, everything is as it was, and the parentheses belong to an expression.
    private mutating func tryParenthesisedItems() -> Bool {
        let point = checkpoint()
        do {
            advance()
            repeat {
                if kind == .rightParenthesis, index > point.index + 1 { break }
                try parseItem()
            } while take(.comma)
            if take(.rightParenthesis), kind == .colon { return true }
        } catch {}
        rewind(to: point)
        return false
    }

    /// Goes back to a checkpoint.
    mutating func rewind(to point: Checkpoint) {
        scratch.truncate(to: point.scratch)
        operators.truncate(to: point.operators)
        depth = point.depth
        index = point.index
        kind = tokens[index].kind
        diagnostics.removeLast(diagnostics.count - point.diagnostics)
        tree.expressions.truncate(to: point.expressions)
        tree.expressionRanges.truncate(to: point.expressions)
    }
}
