extension Parser {
    /// Reads one statement, or one line of simple statements, and pushes what it read; always takes a token.
    mutating func parseStatement() {
        let point = checkpoint()
        do {
            try parseStatementOrFail()
        } catch {
            recover(from: point)
            if index == point.index { advance() }
        }
    }

    private mutating func parseStatementOrFail() throws(SyntaxFailure) {
        switch kind {
        case .if: try parseIf()
        case .def: try parseFunction(decorators: .empty, start: start, isAsync: false)
        case .for: try parseFor(start: start, isAsync: false)
        case .class: try parseClass(decorators: .empty)
        case .try: try parseTry()
        case .while: try parseWhile()
        case .with: try parseWith(start: start, isAsync: false)
        case .at: try parseDecorated()
        case .async: try parseAsync()
        case .name where current.value == NameTable.match.rawValue && isMatchStatement(): try parseMatch()
        case .indent: throw failIndentation()
        case .elif, .else, .except, .finally: throw failOrphan()
        case .dedent, .newline: advance()
        default: try parseSimpleLine()
        }
    }

    private mutating func failOrphan() -> SyntaxFailure {
        let word = kind.spelling
        let owner =
            kind == .except || kind == .finally ? "'try'" : kind == .elif ? "'if'" : "'if', loop or 'try'"
        return fail(
            .orphanedClause,
            at: current.range,
            "There is no \(owner) that this '\(word)' belongs to.",
            hint: "Check the indentation of the lines before it."
        )
    }

    /// Simple statements separated by semicolons, with the end of the line.
    private mutating func parseSimpleLine() throws(SyntaxFailure) {
        repeat {
            let id = try parseSimpleStatement()
            scratch.append(id.rawValue)
            guard take(.semicolon) else { break }
        } while kind != .newline
        guard kind == .newline else { throw failUnexpected("the end of the line") }
        advance()
    }

    /// The block after the colon of a header.
    mutating func parseBlock(_ owner: StaticString) throws(SyntaxFailure) -> StatementList {
        try expect(.colon, owner)
        let mark = scratch.count
        if kind != .newline {
            if kind.beginsCompound { throw failUnexpected("a simple statement after ':'") }
            try parseSimpleLine()
            return list(from: mark, of: StatementID.self)
        }
        advance()
        guard kind == .indent else {
            if kind != .error {
                report(
                    .missingBlock,
                    at: current.range,
                    "An indented block is missing \(owner).",
                    hint: "Indent the lines that belong to it, or write 'pass'."
                )
            }
            return .empty
        }
        advance()
        readStatements()
        return list(from: mark, of: StatementID.self)
    }

    private mutating func parseSimpleStatement() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        switch kind {
        case .return:
            advance()
            var value: ExpressionID?
            if kind == .star || kind.canBeginExpression {
                value = try parseStarExpressions()
                if let value { refuseLoneStar(value) }
            }
            return tree.add(.return(value), statementStart, previousEnd)
        case .pass: return simple(.pass, statementStart)
        case .break: return simple(.break, statementStart)
        case .continue: return simple(.continue, statementStart)
        case .import: return try parseImport()
        case .from: return try parseImportFrom()
        case .raise: return try parseRaise()
        case .assert: return try parseAssert()
        case .del: return try parseDelete()
        case .global, .nonlocal: return try parseScopeDeclaration()
        default: return try parseExpressionStatement()
        }
    }

    private mutating func simple(_ statement: Statement, _ statementStart: UInt32) -> StatementID {
        advance()
        return tree.add(statement, statementStart, previousEnd)
    }

    private mutating func parseRaise() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        advance()
        guard kind.canBeginExpression else {
            return tree.add(.raise(exception: nil, cause: nil), statementStart, previousEnd)
        }
        let exception = try parseExpression()
        var cause: ExpressionID?
        if take(.from) { cause = try parseExpression() }
        return tree.add(.raise(exception: exception, cause: cause), statementStart, previousEnd)
    }

    private mutating func parseAssert() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        advance()
        let test = try parseExpression()
        var message: ExpressionID?
        if take(.comma) { message = try parseExpression() }
        return tree.add(.assert(test: test, message: message), statementStart, previousEnd)
    }

    private mutating func parseDelete() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        advance()
        let mark = scratch.count
        repeat {
            if kind == .star {
                throw fail(.misplacedStar, at: current.range, "A starred expression cannot be deleted.")
            }
            let target = try parseExpression()
            setTarget(target, .delete)
            push(target)
        } while take(.comma) && kind != .newline && kind != .semicolon
        let targets = list(from: mark, of: ExpressionID.self)
        return tree.add(.delete(targets), statementStart, previousEnd)
    }

    private mutating func parseScopeDeclaration() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        let isGlobal = kind == .global
        advance()
        let mark = scratch.count
        repeat {
            scratch.append(try takeName(isGlobal ? "after 'global'" : "after 'nonlocal'").rawValue)
        } while take(.comma)
        let declared = list(from: mark, of: Name.self)
        return tree.add(isGlobal ? .global(declared) : .nonlocal(declared), statementStart, previousEnd)
    }

    /// An expression, or an assignment of any form.
    private mutating func parseExpressionStatement() throws(SyntaxFailure) -> StatementID {
        let statementStart = start
        let isYield = kind == .yield
        let first = try parseYieldOrStarExpressions()
        switch kind {
        case .newline, .semicolon:
            refuseLoneStar(first)
            return tree.add(.expression(first), statementStart, previousEnd)
        case .equal: return try parseAssignment(first, statementStart)
        case .colon where !isYield: return try parseAnnotatedAssignment(first, statementStart)
        default:
            if let operation = kind.augmented {
                return try parseAugmentedAssignment(first, operation, statementStart)
            }
            throw failUnexpected("the end of the line")
        }
    }

    private mutating func parseAssignment(
        _ first: ExpressionID,
        _ statementStart: UInt32
    ) throws(SyntaxFailure) -> StatementID {
        let mark = scratch.count
        var value = first
        while kind == .equal {
            setTarget(value)
            push(value)
            advance()
            value = try parseYieldOrStarExpressions()
        }
        refuseLoneStar(value)
        let targets = list(from: mark, of: ExpressionID.self)
        return tree.add(.assignment(targets: targets, value: value), statementStart, previousEnd)
    }

    private mutating func parseAugmentedAssignment(
        _ target: ExpressionID,
        _ operation: BinaryOperator,
        _ statementStart: UInt32
    ) throws(SyntaxFailure) -> StatementID {
        switch tree[target] {
        case .name, .attribute, .subscripted: setTarget(target)
        default:
            report(
                .invalidTarget,
                at: tree.range(of: target),
                "\(describe(target, capitalised: true)) cannot be assigned to with '\(operation.symbol)='."
            )
        }
        advance()
        let value = try parseYieldOrStarExpressions()
        refuseLoneStar(value)
        return tree.add(
            .augmentedAssignment(target: target, operation, value: value),
            statementStart,
            previousEnd
        )
    }

    private mutating func parseAnnotatedAssignment(
        _ target: ExpressionID,
        _ statementStart: UInt32
    ) throws(SyntaxFailure) -> StatementID {
        var isSimple = false
        switch tree[target] {
        case .name:
            isSimple = tree.range(of: target).start == statementStart
            setTarget(target)
        case .attribute, .subscripted: setTarget(target)
        default:
            throw fail(
                .invalidTarget,
                at: tree.range(of: target),
                "Only a name, an attribute or a subscript can be annotated, not \(describe(target))."
            )
        }
        advance()
        let annotation = try parseExpression()
        var value: ExpressionID?
        if take(.equal) {
            value = try parseYieldOrStarExpressions()
            if let value { refuseLoneStar(value) }
        }
        return tree.add(
            .annotatedAssignment(target: target, annotation: annotation, value: value, isSimple: isSimple),
            statementStart,
            previousEnd
        )
    }
}

extension TokenKind {
    /// The operator of an augmented assignment.
    var augmented: BinaryOperator? {
        switch self {
        case .plusEqual: .add
        case .minusEqual: .subtract
        case .starEqual: .multiply
        case .slashEqual: .divide
        case .doubleSlashEqual: .floorDivide
        case .percentEqual: .modulo
        case .atEqual: .matrixMultiply
        case .doubleStarEqual: .power
        case .leftShiftEqual: .leftShift
        case .rightShiftEqual: .rightShift
        case .ampersandEqual: .bitAnd
        case .barEqual: .bitOr
        case .caretEqual: .bitXor
        default: nil
        }
    }

    /// Whether a compound statement begins with this token.
    var beginsCompound: Bool {
        switch self {
        case .if, .for, .while, .def, .class, .try, .with, .at, .async: true
        default: false
        }
    }
}
