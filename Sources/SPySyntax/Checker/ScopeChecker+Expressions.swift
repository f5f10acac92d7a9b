extension ScopeChecker {
    mutating func visit(_ id: ExpressionID, _ context: Context) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .constant, .invalid: break
        case .name(let name, let usage): record(name, usage == .load ? .used : .local, context, range)
        case .assignmentExpression(let target, let value): visitAssignment(target, value, range, context)
        case .lambda(let parameters, let body):
            for parameter in tree[parameters] { schedule(parameter.defaultValue, context) }
            let inner = enter(.lambda, context, owner: scopes[context.scope].owner, range: range)
            bind(parameters, inner)
            schedule(body, inner)
        case .listComprehension(let element, let clauses), .setComprehension(let element, let clauses):
            visitComprehension(.comprehension, clauses, [element], range, context)
        case .generator(let element, let clauses):
            visitComprehension(.generator, clauses, [element], range, context)
        case .dictionaryComprehension(let key, let value, let clauses):
            visitComprehension(.comprehension, clauses, [value, key], range, context)
        case .await:
            visitAwait(range, context)
            scheduleChildren(of: .expression(id), context)
        case .yield, .yieldFrom:
            visitYield(id, range, context)
            scheduleChildren(of: .expression(id), context)
        default: scheduleChildren(of: .expression(id), context)
        }
    }

    private mutating func visitComprehension(
        _ kind: Scope.Kind,
        _ list: ComprehensionClauseList,
        _ elements: [ExpressionID],
        _ range: SourceRange,
        _ context: Context
    ) {
        let clauses = tree[list]
        var iterable = context
        iterable.flags.insert(.iterable)
        schedule(clauses[0].iterable, iterable)
        let inner = enter(kind, context, owner: scopes[context.scope].owner, range: range)
        for (position, clause) in clauses.enumerated() {
            if clause.isAsync { scopes[inner.scope].isCoroutine = true }
            var target = inner
            target.flags.insert(.iterationTarget)
            schedule(clause.target, target)
            if position > 0 {
                var innerIterable = inner
                innerIterable.flags.insert(.iterable)
                schedule(clause.iterable, innerIterable)
            }
            schedule(clause.conditions, inner)
        }
        for element in elements { schedule(element, inner) }
        scheduleLeave(inner.scope, context)
    }

    private mutating func visitAwait(_ range: SourceRange, _ context: Context) {
        if refusePostponed("await", range, context) { return }
        let kind = scopes[context.scope].kind
        scopes[context.scope].isCoroutine = true
        guard kind != .asyncFunction, !kind.isComprehension, !context.flags.contains(.uncompiled) else {
            return
        }
        report(
            .outsideFunction,
            SourceRange(start: range.start, end: range.start + 5),
            "'await' can stand only in an 'async' function."
        )
    }

    private mutating func visitYield(_ id: ExpressionID, _ range: SourceRange, _ context: Context) {
        if refusePostponed("yield", range, context) { return }
        let kind = scopes[context.scope].kind
        scopes[context.scope].isGenerator = true
        let word = SourceRange(start: range.start, end: range.start + 5)
        if kind.isComprehension {
            report(.outsideFunction, word, "'yield' cannot stand in a comprehension.")
            return
        }
        if context.flags.contains(.uncompiled) { return }
        if !kind.isFunction {
            report(.outsideFunction, word, "'yield' stands outside a function.")
        } else if kind == .asyncFunction, case .yieldFrom = tree[id] {
            report(.outsideFunction, word, "'yield from' cannot stand in an 'async' function.")
        }
    }

    private mutating func refusePostponed(_ what: String, _ range: SourceRange, _ context: Context) -> Bool {
        guard context.flags.contains(.postponed) else { return false }
        report(.outsideFunction, range, "'\(what)' cannot stand in an annotation that is not evaluated.")
        return true
    }

    /// `name := value`; in a comprehension the name belongs to the function or module around.
    private mutating func visitAssignment(
        _ target: ExpressionID,
        _ value: ExpressionID,
        _ range: SourceRange,
        _ context: Context
    ) {
        if refusePostponed(":=", range, context) { return }
        if context.flags.contains(.iterable) {
            report(
                .invalidAssignmentExpression,
                range,
                "':=' cannot stand in what a comprehension iterates over.",
                hint: "Assign in a line before it."
            )
        } else if case .name(let name, _) = tree[target], scopes[context.scope].kind.isComprehension {
            extendScope(name, range, context)
        }
        schedule(value, context)
        schedule(target, context)
    }

    private mutating func extendScope(_ name: Name, _ range: SourceRange, _ context: Context) {
        let key = key(name, context)
        var index = context.scope
        while index >= 0 {
            let scope = scopes[index]
            let symbol = scope.symbols[key, default: []]
            if scope.kind.isComprehension {
                if symbol.contains(.iteration) {
                    report(
                        .invalidAssignmentExpression,
                        range,
                        "':=' cannot assign to '\(tree.string(name))', with which the comprehension iterates.",
                        hint: "Use another name."
                    )
                }
                index = scope.parent
                continue
            }
            if scope.kind == .class {
                report(
                    .invalidAssignmentExpression,
                    range,
                    "':=' in a comprehension cannot stand directly in a class."
                )
                return
            }
            let isGlobal = scope.kind == .module || symbol.contains(.global)
            record(name, isGlobal ? .global : .nonlocal, context, range)
            var owner = context
            owner.scope = index
            owner.flags = []
            record(name, scope.kind == .module ? .global : .local, owner, range)
            return
        }
    }
}
