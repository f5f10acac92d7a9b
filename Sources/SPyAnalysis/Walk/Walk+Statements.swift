internal import SPySyntax

extension Walk {
    mutating func visit(_ id: StatementID) {
        let range = tree.range(of: id)
        count(id)
        program.functions[program.scopes[scope].function].statementCount += 1
        switch tree[id] {
        case .invalid, .pass: break
        case .expression(let value): schedule(value)
        case .assignment(let targets, let value):
            schedule(value)
            for target in tree[targets] { schedule(.target(target, .assignment, detail: value.index)) }
        case .augmentedAssignment(let target, _, let value): visitAugmented(target, value)
        case .annotatedAssignment(let target, let annotation, let value, _):
            schedule(annotation)
            schedule(value)
            schedule(.target(target, value == nil ? .declaration : .assignment, detail: value?.index ?? -1))
        case .return(let value):
            schedule(value)
            schedule(.return)
        case .delete(let targets):
            for target in tree[targets] { schedule(.target(target, .deletion, detail: -1)) }
        case .break: schedule(.break)
        case .continue: schedule(.continue)
        case .raise(let exception, let cause):
            schedule(exception)
            schedule(cause)
            schedule(.raise)
        case .assert(let test, let message):
            if case .tuple(let values, _) = tree[test], !values.isEmpty {
                program.report(.tupleAsserts, at: tree.range(of: test))
            }
            addDecision(cognitive: 0)
            schedule(.test(test))
            schedule(.assertFailure)
            schedule(message)
            schedule(.assertEnd)
        case .importModules(let names): visitImport(tree[names])
        case .importNames(let module, let names, let level): visitImport(range, module, tree[names], level)
        case .global(let names):
            program.report(.globals, at: range)
            for name in tree[names] {
                check(name, range)
                program.scopes[scope].globals.insert(name)
            }
        case .nonlocal(let names):
            program.report(.nonlocals, at: range)
            for name in tree[names] {
                check(name, range)
                program.scopes[scope].nonlocals.insert(name)
            }
        case .if: visitIf(id)
        case .while(let test, let body, let otherwise): visitWhile(range, test, body, otherwise)
        case .for(let loop): visitFor(range, loop)
        case .with(let items, let body, let isAsync):
            program.report(isAsync ? .asynchronous : .contexts, at: keyword(range), "with")
            for item in tree[items] {
                schedule(item.context)
                if let target = item.target { schedule(.target(target, .context, detail: -1)) }
            }
            schedule(body)
        case .match(let subject, let cases): visitMatch(subject, tree[cases])
        case .try(let statement): visitTry(range, statement)
        case .functionDefinition(let function): visitFunction(range, function)
        case .classDefinition(let definition): visitClass(range, definition)
        }
    }

    /// The word that a statement begins with.
    func keyword(_ range: SourceRange) -> SourceRange {
        let bytes = program.source.utf8
        var end = Int(range.start)
        while end < bytes.count, (0x61...0x7A).contains(bytes[end]) { end += 1 }
        return SourceRange(start: range.start, end: max(UInt32(end), min(range.start + 1, range.end)))
    }

    private mutating func visitAugmented(_ target: ExpressionID, _ value: ExpressionID) {
        guard case .name(let name, _) = tree[target] else {
            schedule(target)
            schedule(value, .operand)
            return
        }
        let range = tree.range(of: target)
        read(name, range, .operand, action: .update)
        schedule(value, .operand)
        schedule(.target(target, .augmented, detail: -1))
    }

    private mutating func visitIf(_ id: StatementID) {
        var current = id
        var isFirst = true
        while case .if(let test, let body, let otherwise) = tree[current] {
            addDecision(cognitive: isFirst ? structureCost : 1)
            schedule(.test(test))
            schedule(isFirst ? .branchBegin : .branchAgain)
            schedule(.nest)
            schedule(body)
            schedule(.unnest)
            schedule(.branchNext)
            isFirst = false
            let rest = tree[otherwise]
            if rest.count == 1, isElif(rest[0]) {
                current = rest[0]
                count(current)
                continue
            }
            if !rest.isEmpty {
                addDecision(cyclomatic: 0, cognitive: 1)
                schedule(.nest)
                schedule(otherwise)
                schedule(.unnest)
            }
            break
        }
        schedule(.branchEnd)
    }

    /// Whether an `if` alone in `else` was written `elif`.
    private func isElif(_ id: StatementID) -> Bool {
        guard case .if = tree[id] else { return false }
        return program.source.utf8[Int(tree.range(of: id).start)] == UInt8(ascii: "e")
    }

    private mutating func visitWhile(
        _ range: SourceRange,
        _ test: ExpressionID,
        _ body: StatementList,
        _ otherwise: StatementList
    ) {
        addDecision(cognitive: structureCost)
        let head = SourceRange(start: range.start, end: tree.range(of: test).end)
        let index = program.loops.count
        program.loops.append(Loop(range: range, headRange: head, test: test, isWhile: true))
        schedule(.loopMark(index, .condition, isEnd: false))
        schedule(.loopMark(index, .whole, isEnd: false))
        schedule(.event(.loopBegin(index)))
        schedule(.test(test))
        schedule(.loopMark(index, .condition, isEnd: true))
        scheduleLoop(index, body, otherwise)
    }

    private mutating func visitFor(_ range: SourceRange, _ loop: ForLoop) {
        if loop.isAsync { program.report(.asynchronous, at: keyword(range), "for") }
        addDecision(cognitive: structureCost)
        let head = SourceRange(start: range.start, end: tree.range(of: loop.iterable).end)
        let index = program.loops.count
        program.loops.append(Loop(range: range, headRange: head, test: loop.iterable, isWhile: false))
        schedule(loop.iterable, .operand)
        schedule(.loopMark(index, .whole, isEnd: false))
        schedule(.event(.loopBegin(index)))
        schedule(.decide(.open))
        scheduleLoop(index, loop.body, loop.otherwise, target: loop.target)
    }

    private mutating func scheduleLoop(
        _ index: Int,
        _ body: StatementList,
        _ otherwise: StatementList,
        target: ExpressionID? = nil
    ) {
        schedule(.event(.loopBody(index)))
        schedule(.loopMark(index, .body, isEnd: false))
        if let target { schedule(.target(target, .loop, detail: -1)) }
        schedule(.nest)
        schedule(body)
        schedule(.unnest)
        schedule(.loopMark(index, .body, isEnd: true))
        schedule(.loopMark(index, .whole, isEnd: true))
        schedule(.event(.loopElse(index)))
        schedule(otherwise)
        schedule(.event(.loopEnd(index)))
    }

    private mutating func visitTry(_ range: SourceRange, _ statement: TryStatement) {
        let index = program.tries.count
        program.tries.append(TryBlock())
        schedule(.event(.tryBegin(index)))
        schedule(.tryMark(index, .body, isEnd: false))
        schedule(.tryMark(index, .guarded, isEnd: false))
        schedule(statement.body)
        schedule(.tryMark(index, .body, isEnd: true))
        schedule(statement.otherwise)
        schedule(.handlersBegin)
        let handlers = tree[statement.handlers]
        if statement.isGroup, let first = handlers.first {
            program.report(.exceptionGroups, at: keyword(first.range))
        }
        for handler in handlers { scheduleHandler(handler) }
        schedule(.tryMark(index, .guarded, isEnd: true))
        schedule(.finallyBegin)
        if !statement.finally.isEmpty {
            schedule(.event(.finallyBody(isInside: true)))
            schedule(statement.finally)
            schedule(.event(.finallyBody(isInside: false)))
        }
        schedule(.tryEnd)
    }

    private mutating func scheduleHandler(_ handler: ExceptHandler) {
        addDecision(cognitive: structureCost)
        checkHandler(handler)
        schedule(.handlerBegin)
        schedule(handler.type)
        let range = handler.name.map { nameRange(of: handler, $0) }
        if let name = handler.name, let range { schedule(.bind(name, range, .handler, detail: -1)) }
        schedule(.nest)
        schedule(handler.body)
        schedule(.unnest)
        if let name = handler.name, let range { schedule(.unbind(name, range)) }
        schedule(.handlerEnd)
    }

    /// The name stands between `as` and `:`.
    private func nameRange(of handler: ExceptHandler, _ name: Name) -> SourceRange {
        guard let type = handler.type, let first = tree[handler.body].first else { return handler.range }
        let bytes = program.source.utf8
        let limit = Int(tree.range(of: first).start)
        var place = Int(tree.range(of: type).end)
        // Brackets around the type, then `as`.
        while place + 1 < limit, !(bytes[place] == 0x61 && bytes[place + 1] == 0x73) { place += 1 }
        place += 2
        while place < limit, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        var end = place
        while end < limit, bytes[end] != 0x3A, bytes[end] > 0x20 { end += 1 }
        guard end > place else { return handler.range }
        return SourceRange(start: UInt32(place), end: UInt32(end))
    }

    private mutating func visitMatch(_ subject: ExpressionID, _ cases: NodeElements<MatchCase>) {
        addDecision(cyclomatic: 0, cognitive: structureCost)
        schedule(subject)
        for (position, matchCase) in cases.enumerated() {
            let isIrrefutable = isIrrefutable(matchCase.pattern)
            if !isIrrefutable || matchCase.guardCondition != nil { addDecision(cognitive: 0) }
            if let condition = matchCase.guardCondition {
                schedule(.operandsBegin(.and))
                schedule(.decide(isIrrefutable ? .always : .open))
                schedule(.operandsNext(.and))
                schedule(.pattern(matchCase.pattern))
                schedule(.test(condition))
                schedule(.operandsEnd(.and))
                schedule(position == 0 ? .branchBegin : .branchAgain)
            } else {
                schedule(.decide(isIrrefutable ? .always : .open))
                schedule(position == 0 ? .branchBegin : .branchAgain)
                schedule(.pattern(matchCase.pattern))
            }
            schedule(.nest)
            schedule(matchCase.body)
            schedule(.unnest)
            schedule(.branchNext)
        }
        if !cases.isEmpty { schedule(.branchEnd) }
    }
}
