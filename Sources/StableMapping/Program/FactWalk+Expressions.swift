internal import SPySyntax

extension FactWalk {
    /// An expression of the line at hand, with all parts.
    mutating func visit(_ id: ExpressionID) {
        pending.append(.expression(id, isInLambda: false))
        drain()
    }

    mutating func visit(_ id: ExpressionID?) {
        if let id { visit(id) }
    }

    /// An expression that decides, or that is returned.
    mutating func visit(_ id: ExpressionID, as kind: FactKind) {
        _ = add(kind, id, isDerived: !isConstant(id), isPrincipal: true)
        visit(id)
    }

    /// What is assigned to.
    mutating func assign(_ id: ExpressionID) {
        pending.append(.target(id))
        drain()
    }

    mutating func visit(_ id: PatternID) {
        pending.append(.pattern(id))
        drain()
    }

    private mutating func drain() {
        while let next = pending.popLast() {
            switch next {
            case .expression(let id, let isInLambda): step(id, isInLambda)
            case .target(let id): stepTarget(id)
            case .pattern(let id): step(id)
            }
        }
    }

    private mutating func step(_ id: ExpressionID, _ isInLambda: Bool) {
        put(hashes.nodeTokens[id.index])
        var inLambda = isInLambda
        switch tree[id] {
        case .call(let function, _, _):
            guard let fact = add(.call, id, isDerived: false) else { break }
            if let root = rootName(of: function) { callees.append((fact, root)) }
        case .conditional(let test, _, _):
            _ = add(.condition, test, isDerived: !isConstant(test))
        case .assignmentExpression(let target, _):
            guard case .name(let name, _) = tree[target] else { break }
            // Inside a lambda the name is the lambda's own.
            if isInLambda { define(name) } else { bind(name, at: tree.range(of: target), in: scope) }
        case .lambda(let parameters, _):
            inLambda = true
            for parameter in tree[parameters] { define(parameter.name) }
        case .listComprehension(_, let clauses), .setComprehension(_, let clauses),
            .generator(_, let clauses), .dictionaryComprehension(_, _, let clauses):
            for clause in tree[clauses] { define(targets: clause.target) }
        default: break
        }
        let first = pending.count
        hashes.tokens.forEachPart(of: id) { pending.append(.expression($0, isInLambda: inLambda)) }
        pending.reverse(from: first)
    }

    /// Names in a target of a comprehension. Targets nest no deeper than brackets do.
    private mutating func define(targets id: ExpressionID) {
        var rest = [id]
        while let next = rest.popLast() {
            if case .name(let name, _) = tree[next] { define(name) }
            hashes.tokens.forEachPart(of: next) { rest.append($0) }
        }
    }

    private mutating func stepTarget(_ id: ExpressionID) {
        switch tree[id] {
        case .name(let name, _):
            put(name)
            bind(name, at: tree.range(of: id), in: scope)
        case .tuple(let elements, _), .list(let elements, _):
            put(hashes.nodeTokens[id.index])
            for element in tree[elements].reversed() { pending.append(.target(element)) }
        case .starred(let value, _):
            put(hashes.nodeTokens[id.index])
            pending.append(.target(value))
        default: pending.append(.expression(id, isInLambda: false))
        }
    }

    private mutating func step(_ id: PatternID) {
        let first = pending.count
        switch tree[id] {
        case .capture(let name), .star(let name?), .alias(_, let name), .mapping(_, rest: let name?):
            put(Token(.pattern, 1))
            put(name)
            bind(name, at: tree.range(of: id), in: scope)
        case .boolean(let value): put(Token(.pattern, value ? 3 : 4))
        case .none: put(Token(.pattern, 5))
        case .sequence(let list): put(Token(.pattern, 6, tree[list].count))
        case .alternatives(let list): put(Token(.pattern, 7, tree[list].count))
        default: put(Token(.pattern, 2))
        }
        tree.forEachChild(of: .pattern(id)) { node in
            switch node {
            case .expression(let part): pending.append(.expression(part, isInLambda: false))
            case .pattern(let part): pending.append(.pattern(part))
            case .statement: break
            }
        }
        pending.reverse(from: first)
    }

    /// The name that a function is reached from, `erp` in `erp.orders.find`; nothing where it is no name.
    private func rootName(of function: ExpressionID) -> Name? {
        var id = function
        while case .attribute(let value, _, _) = tree[id] { id = value }
        guard case .name(let name, _) = tree[id] else { return nil }
        return name
    }

    /// A literal, or a number with a sign: says nothing that is not in the text.
    func isConstant(_ id: ExpressionID) -> Bool {
        var id = id
        while case .unaryOperation(_, let operand) = tree[id] { id = operand }
        guard case .constant = tree[id] else { return false }
        return true
    }
}
