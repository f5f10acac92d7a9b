extension Parser {
    /// What was on the parser's stacks and in its lists at a place, to go back to.
    struct Checkpoint {
        let scratch: Int
        let operators: Int
        let depth: Int
        let diagnostics: Int
        let index: Int
        let expressions: Int
    }

    func checkpoint() -> Checkpoint {
        Checkpoint(
            scratch: scratch.count,
            operators: operators.count,
            depth: depth,
            diagnostics: diagnostics.count,
            index: index,
            expressions: tree.expressions.count
        )
    }

    /// After a failure: empties the stacks and moves on to the next line.
    ///
    /// The block of a header that failed is still read, inside a stand-in for what the header began, so that its
    /// statements are checked where they stand; `else` and its like that follow are read as well.
    mutating func recover(from point: Checkpoint) {
        scratch.truncate(to: point.scratch)
        operators.truncate(to: point.operators)
        depth = point.depth
        if skipLine(), diagnostics.count > point.diagnostics {
            // The lexer has reported something in the same statement, which is the better explanation.
            diagnostics.removeLast(diagnostics.count - point.diagnostics)
        }
        readAbandonedBlock(of: tokens[point.index].kind, from: point)
        while kind == .elif || kind == .else || kind == .except || kind == .finally {
            _ = skipLine()
            readAbandonedBlock(of: .if, from: point)
        }
    }

    /// Skips the rest of a line; tells whether there was an error of the lexer in it.
    private mutating func skipLine() -> Bool {
        var hasLexicalError = false
        while kind != .newline, kind != .end, kind != .indent, kind != .dedent {
            if kind == .error { hasLexicalError = true }
            advance()
        }
        if kind == .newline { advance() }
        return hasLexicalError
    }

    private mutating func readAbandonedBlock(of header: TokenKind, from point: Checkpoint) {
        guard kind == .indent else { return }
        advance()
        let mark = scratch.count
        readStatements()
        let blockStart = tokens[point.index].start
        let end = lastEnd
        switch header {
        case .def, .async, .at:
            let body = list(from: mark, of: StatementID.self)
            let function = FunctionDefinition(
                name: NameTable.underscore,
                nameRange: SourceRange(start: blockStart, end: blockStart),
                parameters: .empty,
                body: body,
                decorators: .empty,
                returns: nil,
                isAsync: header == .async
            )
            scratch.append(tree.add(.functionDefinition(function), blockStart, end).rawValue)
        case .while, .for:
            let body = list(from: mark, of: StatementID.self)
            let test = tree.add(Expression.invalid, blockStart, blockStart)
            scratch.append(
                tree.add(.while(test: test, body: body, otherwise: .empty), blockStart, end).rawValue
            )
        default: break
        }
    }

    /// Pushes statements up to the end of a block, whose dedent is taken.
    mutating func readStatements() {
        while kind != .dedent, kind != .end { parseStatement() }
        _ = take(.dedent)
    }

    /// End of the last token that is no layout, where a compound statement ends.
    var lastEnd: UInt32 {
        var last = index - 1
        while last >= 0, tokens[last].kind.isLayout { last -= 1 }
        return last >= 0 ? tokens[last].end : 0
    }
}
