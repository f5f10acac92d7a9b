extension ScopeChecker {
    mutating func visit(_ id: StatementID, _ context: Context) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .invalid, .pass: break
        case .expression, .assignment, .augmentedAssignment, .delete, .raise, .assert:
            scheduleChildren(of: .statement(id), context)
        case .annotatedAssignment(let target, let annotation, let value, let isSimple):
            visitAnnotated(target, annotation, value, isSimple, context)
        case .return(let value): visitReturn(value, range, context)
        case .break, .continue: visitLoopExit(id, range, context)
        case .importModules(let names): bindImports(names, context)
        case .importNames(_, let names, _): visitImportFrom(names, range, context)
        case .global(let names): declare(names, isGlobal: true, range, context)
        case .nonlocal(let names): declare(names, isGlobal: false, range, context)
        case .if(let test, let body, let otherwise):
            schedule(test, context)
            schedule(body, context)
            schedule(otherwise, context)
        case .while(let test, let body, let otherwise):
            schedule(test, context)
            schedule(body, loop(context, range))
            schedule(otherwise, context)
        case .for(let forLoop): visitFor(forLoop, range, context)
        case .with(let items, let body, let isAsync): visitWith(items, body, isAsync, range, context)
        case .match(let subject, let cases):
            schedule(subject, context)
            for matchCase in tree[cases] {
                bindPattern(matchCase.pattern, context)
                scheduleChildren(of: .pattern(matchCase.pattern), context)
                schedule(matchCase.guardCondition, context)
                schedule(matchCase.body, context)
            }
        case .try(let statement): visitTry(statement, range, context)
        case .functionDefinition(let function): visitFunction(function, range, context)
        case .classDefinition(let definition):
            record(definition.name, .local, context, range)
            schedule(definition.bases, context)
            for keyword in tree[definition.keywords] { schedule(keyword.value, context) }
            schedule(definition.decorators, context)
            schedule(definition.body, enter(.class, context, owner: definition.name, range: range))
        }
    }

    // MARK: Blocks

    /// The context of a block that CPython counts.
    private mutating func block(_ context: Context, _ range: SourceRange, count: UInt8 = 1) -> Context {
        var inner = context
        inner.blocks = min(context.blocks &+ count, 100)
        if Int(inner.blocks) > ScopeChecker.maximumBlocks, Int(context.blocks) <= ScopeChecker.maximumBlocks {
            report(
                .tooManyBlocks,
                SourceRange(start: range.start, end: min(range.end, range.start + 8)),
                "There are more than \(ScopeChecker.maximumBlocks) loops and handlers inside each other here.",
                hint: "Move inner ones into functions of their own."
            )
        }
        return inner
    }

    private mutating func loop(_ context: Context, _ range: SourceRange) -> Context {
        var inner = block(context, range)
        inner.flags.insert(.loop)
        inner.flags.remove(.groupWithoutLoop)
        return inner
    }

    private mutating func visitFor(_ forLoop: ForLoop, _ range: SourceRange, _ context: Context) {
        if forLoop.isAsync { requireAsync("'async for'", range, context) }
        schedule(forLoop.target, context)
        schedule(forLoop.iterable, context)
        schedule(forLoop.body, loop(context, range))
        schedule(forLoop.otherwise, context)
    }

    private mutating func visitWith(
        _ items: WithItemList,
        _ body: StatementList,
        _ isAsync: Bool,
        _ range: SourceRange,
        _ context: Context
    ) {
        if isAsync { requireAsync("'async with'", range, context) }
        let all = tree[items]
        for item in all {
            schedule(item.context, context)
            schedule(item.target, context)
        }
        schedule(body, block(context, range, count: UInt8(min(all.count, 100))))
    }

    private mutating func visitTry(_ statement: TryStatement, _ range: SourceRange, _ context: Context) {
        let hasFinally = !statement.finally.isEmpty
        let outer = hasFinally ? block(context, range) : context
        let hasHandlers = !statement.handlers.isEmpty
        schedule(statement.body, hasHandlers ? block(outer, range) : outer)
        for handler in tree[statement.handlers] {
            schedule(handler.type, outer)
            if let name = handler.name { record(name, .local, context, handler.range) }
            var inner = block(outer, handler.range, count: 2)
            if statement.isGroup { inner.flags.formUnion([.group, .groupWithoutLoop]) }
            schedule(handler.body, inner)
        }
        schedule(statement.otherwise, outer)
        schedule(statement.finally, hasFinally ? outer : context)
    }

    private mutating func visitLoopExit(_ id: StatementID, _ range: SourceRange, _ context: Context) {
        var word = "continue"
        if case .break = tree[id] { word = "break" }
        if context.flags.contains(.groupWithoutLoop) {
            report(.outsideLoop, range, "'\(word)' cannot leave an 'except*' block.")
        } else if !context.flags.contains(.loop) {
            report(.outsideLoop, range, "'\(word)' stands outside a loop.")
        }
    }

    // MARK: Functions

    private mutating func visitReturn(_ value: ExpressionID?, _ range: SourceRange, _ context: Context) {
        schedule(value, context)
        if !scopes[context.scope].kind.isFunction {
            report(.outsideFunction, range, "'return' stands outside a function.")
        } else if context.flags.contains(.group) {
            report(.outsideLoop, range, "'return' cannot leave an 'except*' block.")
        }
        if value != nil, scopes[context.scope].valueReturn == nil {
            scopes[context.scope].valueReturn = range
        }
    }

    private mutating func requireAsync(_ what: String, _ range: SourceRange, _ context: Context) {
        guard scopes[context.scope].kind != .asyncFunction else { return }
        report(
            .outsideFunction,
            SourceRange(start: range.start, end: range.start + 5),
            "\(what) can stand only in an 'async' function."
        )
    }

    private mutating func visitFunction(
        _ function: FunctionDefinition,
        _ range: SourceRange,
        _ context: Context
    ) {
        record(function.name, .local, context, range)
        let annotations = annotation(context, isCompiled: true)
        for parameter in tree[function.parameters] { schedule(parameter.defaultValue, context) }
        for parameter in tree[function.parameters] { schedule(parameter.annotation, annotations) }
        schedule(function.returns, annotations)
        schedule(function.decorators, context)
        let kind: Scope.Kind = function.isAsync ? .asyncFunction : .function
        let inner = enter(kind, context, owner: scopes[context.scope].owner, range: range)
        bind(function.parameters, inner)
        schedule(function.body, inner)
    }

    mutating func bind(_ parameters: ParameterList, _ context: Context) {
        for parameter in tree[parameters] { record(parameter.name, .parameter, context, parameter.range) }
    }

    private func annotation(_ context: Context, isCompiled: Bool) -> Context {
        var inner = context
        if traits.contains(.postponedAnnotations) { inner.flags.insert(.postponed) }
        if !isCompiled { inner.flags.insert(.uncompiled) }
        return inner
    }

    private mutating func visitAnnotated(
        _ target: ExpressionID,
        _ annotationID: ExpressionID,
        _ value: ExpressionID?,
        _ isSimple: Bool,
        _ context: Context
    ) {
        let kind = scopes[context.scope].kind
        if case .name(let name, _) = tree[target] {
            let range = tree.range(of: target)
            let symbol = scopes[context.scope].symbols[key(name, context), default: []]
            if isSimple, context.scope != 0, !symbol.isDisjoint(with: [.global, .nonlocal]) {
                let word = symbol.contains(.global) ? "global" : "nonlocal"
                report(
                    .invalidScope,
                    range,
                    "'\(tree.string(name))' is \(word) and cannot be annotated here."
                )
            }
            if isSimple {
                record(name, [.annotated, .local], context, range)
            } else if value != nil {
                record(name, .local, context, range)
            }
        } else {
            schedule(target, context)
        }
        schedule(annotationID, annotation(context, isCompiled: kind == .module || kind == .class))
        schedule(value, context)
    }

    // MARK: Names

    private mutating func bindImports(_ names: ImportedNameList, _ context: Context) {
        guard followsNames else { return }
        for imported in tree[names] {
            if let alias = imported.alias {
                record(alias, .local, context, imported.range)
                continue
            }
            let first = tree.string(imported.name).prefix { $0 != "." }
            if let name = name(first) { record(name, .local, context, imported.range) }
        }
    }

    private mutating func visitImportFrom(_ names: ImportedNameList, _ range: SourceRange, _ context: Context)
    {
        for imported in tree[names] {
            if imported.name == NameTable.star {
                if context.scope != 0 {
                    report(.invalidImport, range, "'import *' can stand only outside functions and classes.")
                }
            } else {
                record(imported.alias ?? imported.name, .local, context, imported.range)
            }
        }
    }

    private mutating func declare(_ names: NameList, isGlobal: Bool, _ range: SourceRange, _ context: Context)
    {
        let word = isGlobal ? "global" : "nonlocal"
        for name in tree[names] {
            let key = key(name, context)
            let symbol = scopes[context.scope].symbols[key, default: []]
            let text = tree.string(name)
            if symbol.contains(.parameter) {
                report(.invalidScope, range, "'\(text)' is a parameter and cannot be declared \(word).")
            } else if !symbol.isDisjoint(with: [.used, .local, .annotated]) {
                report(
                    .invalidScope,
                    range,
                    "'\(text)' is used before it is declared \(word).",
                    hint: "Move the declaration to the beginning of the function."
                )
            }
            record(name, isGlobal ? .global : .nonlocal, context, range)
            if !isGlobal { scopes[context.scope].nonlocals.append((key, range)) }
            if isGlobal, symbol.contains(.nonlocal),
                scopes[context.scope].nonlocals.allSatisfy({ $0.0 != key })
            {
                scopes[context.scope].nonlocals.append((key, range))
            }
        }
    }

    /// The names that a pattern itself binds; patterns in it are visited on their own.
    mutating func bindPattern(_ id: PatternID, _ context: Context) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .star(let name?), .capture(let name), .alias(_, let name), .mapping(_, let name?):
            record(name, .local, context, range)
        default: break
        }
    }
}
