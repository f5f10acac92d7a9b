extension Parser {
    /// Targets of a `for` loop or comprehension, up to a token: one, or several that make a tuple.
    mutating func parseTargets(until end: TokenKind) throws(SyntaxFailure) -> ExpressionID {
        let targetsStart = start
        let first = try parseTarget()
        var target = first
        if kind == .comma {
            let mark = scratch.count
            push(first)
            while take(.comma) {
                if kind == end { break }
                push(try parseTarget())
            }
            let elements = list(from: mark, of: ExpressionID.self)
            target = tree.add(.tuple(elements, .load), targetsStart, previousEnd)
        }
        setTarget(target)
        return target
    }

    private mutating func parseTarget() throws(SyntaxFailure) -> ExpressionID {
        guard kind == .star || kind.canBeginExpression else { throw failUnexpected("a name to assign to") }
        return kind == .star ? try parseStarred() : try parseExpression(.bitwiseOr)
    }

    /// Makes an expression that was read as a value a target; reports what cannot be one.
    mutating func setTarget(_ id: ExpressionID, _ context: ExpressionContext = .store) {
        switch tree[id] {
        case .name(let name, _): tree.expressions[id.index] = .name(name, context)
        case .attribute(let value, let name, _): tree.expressions[id.index] = .attribute(value, name, context)
        case .subscripted(let value, let index, _):
            tree.expressions[id.index] = .subscripted(value, index: index, context)
        case .starred(let value, _) where context == .store:
            tree.expressions[id.index] = .starred(value, context)
            if case .starred = tree[value] { reportTarget(value, context) } else { setTarget(value, context) }
        case .tuple(let elements, _):
            tree.expressions[id.index] = .tuple(elements, context)
            setTargets(elements, context)
        case .list(let elements, _):
            tree.expressions[id.index] = .list(elements, context)
            setTargets(elements, context)
        case .invalid: break
        default: reportTarget(id, context)
        }
    }

    private mutating func setTargets(_ elements: ExpressionList, _ context: ExpressionContext) {
        let offset = Int(elements.offset)
        let count = Int(tree.words[offset])
        for element in 0..<count {
            setTarget(ExpressionID(rawValue: tree.words[offset + 1 + element]), context)
        }
    }

    private mutating func reportTarget(_ id: ExpressionID, _ context: ExpressionContext) {
        if context == .delete {
            report(
                .invalidTarget,
                at: tree.range(of: id),
                "\(describe(id, capitalised: true)) cannot be deleted."
            )
            return
        }
        report(
            .invalidTarget,
            at: tree.range(of: id),
            "\(describe(id, capitalised: true)) cannot be assigned to.",
            hint: kind == .equal ? "Compare with '=='." : nil
        )
    }

    /// An expression in words, for messages.
    func describe(_ id: ExpressionID, capitalised: Bool = false) -> String {
        let words: String =
            switch tree[id] {
            case .invalid: "this"
            case .constant(.none): "None"
            case .constant(.boolean(let value)): value ? "True" : "False"
            case .constant(.ellipsis): "an ellipsis"
            case .constant: "a literal"
            case .joinedString, .formattedValue: "an f-string"
            case .name: "a name"
            case .attribute: "an attribute"
            case .subscripted: "a subscript"
            case .slice: "a slice"
            case .starred: "a starred expression"
            case .call: "the result of a call"
            case .booleanOperation, .binaryOperation, .unaryOperation: "the result of an operation"
            case .comparison: "the result of a comparison"
            case .conditional: "a conditional expression"
            case .assignmentExpression: "an assignment expression"
            case .lambda: "a lambda"
            case .list: "a list"
            case .tuple: "a tuple"
            case .set: "a set"
            case .dictionary: "a dictionary"
            case .listComprehension: "a list comprehension"
            case .setComprehension: "a set comprehension"
            case .dictionaryComprehension: "a dictionary comprehension"
            case .generator: "a generator"
            case .await: "an await expression"
            case .yield, .yieldFrom: "a yield expression"
            }
        guard capitalised, let first = words.first else { return words }
        return first.uppercased() + words.dropFirst()
    }
}
