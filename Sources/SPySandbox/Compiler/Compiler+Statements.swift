internal import SPySyntax

extension Compiler {
    func statements(_ list: StatementList) throws(CompileError) {
        for id in tree[list] { try statement(id) }
    }

    private func statement(_ id: StatementID) throws(CompileError) {
        let range = tree.range(of: id)
        try checkDepth(range)
        moveTo(range)
        let mark = builder.top
        defer { builder.release(to: mark) }
        switch tree[id] {
        case .invalid: throw CompileError("The program has syntax errors.", range)
        case .expression(let value): try expressionStatement(value)
        case .assignment(let targets, let value): try assignment(targets, value)
        case .augmentedAssignment(let target, let operation, let value):
            try augmented(target, operation, value)
        case .annotatedAssignment(let target, let annotation, let value, let isSimple):
            try annotated(target, annotation, value, isSimple)
        case .return(let value): try exit(returning: value)
        case .delete(let targets): for target in tree[targets] { try delete(target) }
        case .pass: break
        case .break: try leaveLoop(isBreak: true, range)
        case .continue: try leaveLoop(isBreak: false, range)
        case .raise(let exception, let cause): try raise(exception, cause)
        case .assert(let test, let message): try assert(test, message)
        case .importModules(let names): try importModules(names)
        case .importNames(let module, let names, let level): try importNames(module, names, level, range)
        case .if: try conditional(id)
        case .while(let test, let body, let otherwise): try whileLoop(test, body, otherwise)
        case .for(let loop): try forLoop(loop, range)
        case .match(let subject, let cases): try match(subject, cases)
        case .try(let statement): try tryStatement(statement, range)
        case .functionDefinition(let function): try define(id, function)
        case .classDefinition: throw CompileError("SPy has no classes.", range)
        case .with: throw CompileError("SPy has no with statement.", range)
        case .global: throw CompileError("SPy has no global statement.", range)
        case .nonlocal: throw CompileError("SPy has no nonlocal statement.", range)
        }
    }

    private func expressionStatement(_ value: ExpressionID) throws(CompileError) {
        // A name alone is evaluated too: it may have no value.
        _ = try operand(value)
    }

    private func annotated(
        _ target: ExpressionID,
        _ annotation: ExpressionID,
        _ value: ExpressionID?,
        _ isSimple: Bool
    ) throws(CompileError) {
        if let value {
            let register = try operand(value)
            try assign(target, from: register)
        } else if !isSimple {
            switch tree[target] {
            case .attribute(let object, _, _): _ = try operand(object)
            case .subscripted(let object, let index, _):
                _ = try operand(object)
                _ = try self.index(index)
            default: break
            }
        }
        // CPython evaluates annotations of variables at module level only.
        if scope.kind == .module { _ = try operand(annotation) }
    }

    private func assert(_ test: ExpressionID, _ message: ExpressionID?) throws(CompileError) {
        let end = builder.newLabel()
        let line = builder.line
        try jump(on: test, end)
        if let message {
            let text = try operand(message)
            builder.line = line
            builder.emit(.assertionFailed, a: text, flag: 1)
        } else {
            builder.emit(.assertionFailed)
        }
        builder.place(end)
    }

    /// Jumps where a condition holds.
    private func jump(on test: ExpressionID, _ label: CodeBuilder.Label) throws(CompileError) {
        let no = builder.newLabel()
        try jump(unless: test, to: no)
        builder.jump(.jump, to: label)
        builder.place(no)
    }

    private func raise(_ exception: ExpressionID?, _ cause: ExpressionID?) throws(CompileError) {
        guard let exception else {
            builder.emit(.raise, flag: 0)
            return
        }
        let line = builder.line
        let raised = try operand(exception)
        if let cause {
            let cause = try operand(cause)
            builder.line = line
            builder.emit(.raise, a: raised, b: cause, flag: 2)
        } else {
            builder.line = line
            builder.emit(.raise, a: raised, flag: 1)
        }
    }

    // MARK: Imports

    private func importModules(_ names: ImportedNameList) throws(CompileError) {
        for imported in tree[names] {
            let register = builder.newTemporary()
            builder.emit(.importModule, a: register, b: nameIndex(imported.name))
            store(imported.alias ?? imported.name, from: register)
        }
    }

    private func importNames(
        _ module: Name?,
        _ names: ImportedNameList,
        _ level: UInt32,
        _ range: SourceRange
    ) throws(CompileError) {
        guard let module, level == 0 else { throw CompileError("SPy has no relative imports.", range) }
        for imported in tree[names] {
            if tree.string(imported.name) == "*" { throw CompileError("SPy has no star imports.", range) }
            let register = builder.newTemporary()
            builder.emit(.importName, a: register, b: nameIndex(module), c: nameIndex(imported.name))
            store(imported.alias ?? imported.name, from: register)
        }
    }

    // MARK: Branches and loops

    /// An `if` with its `elif`s, in a loop: a chain may be longer than the stack is deep.
    private func conditional(_ id: StatementID) throws(CompileError) {
        let end = builder.newLabel()
        var current = id
        var outcomes: [Set<Int32>] = []
        while case .if(let test, let body, let otherwise) = tree[current] {
            let next = builder.newLabel()
            moveTo(tree.range(of: current))
            try jump(unless: test, to: next)
            let before = bound
            try statements(body)
            if !endsInJump(body) { outcomes.append(bound) }
            bound = before
            if otherwise.isEmpty {
                builder.place(next)
                outcomes.append(before)
                break
            }
            builder.jump(.jump, to: end)
            builder.place(next)
            let rest = tree[otherwise]
            if rest.count == 1, case .if = tree[rest[0]] {
                current = rest[0]
                continue
            }
            try statements(otherwise)
            if !endsInJump(otherwise) { outcomes.append(bound) }
            break
        }
        builder.place(end)
        if var common = outcomes.first {
            for outcome in outcomes.dropFirst() { common.formIntersection(outcome) }
            bound = common
        }
    }

    /// Whether control never comes out at the end of a block.
    private func endsInJump(_ list: StatementList) -> Bool {
        guard let last = tree[list].last else { return false }
        switch tree[last] {
        case .return, .raise, .break, .continue: return true
        default: return false
        }
    }

    private func whileLoop(
        _ test: ExpressionID,
        _ body: StatementList,
        _ otherwise: StatementList
    ) throws(CompileError) {
        let (start, end, exhausted) = (builder.newLabel(), builder.newLabel(), builder.newLabel())
        builder.place(start)
        let before = bound
        try jump(unless: test, to: exhausted)
        let afterTest = bound
        blocks.append(.loop(breakTo: end, continueTo: start, handlerDepth: handlerDepth))
        try statements(body)
        blocks.removeLast()
        builder.jumpBack(to: start)
        builder.place(exhausted)
        bound = afterTest
        try statements(otherwise)
        builder.place(end)
        bound = before
    }

    private func forLoop(_ loop: ForLoop, _ range: SourceRange) throws(CompileError) {
        if loop.isAsync { throw CompileError("SPy has no async for.", range) }
        let iterator = builder.newTemporary()
        let iterable = try self.iterable(loop.iterable)
        let line = builder.line
        moveTo(tree.range(of: loop.iterable))
        builder.emit(.iterate, a: iterator, b: iterable)
        builder.release(to: iterator + 1)
        let (start, end, exhausted) = (builder.newLabel(), builder.newLabel(), builder.newLabel())
        builder.place(start)
        let before = bound
        let value = builder.newTemporary()
        if case .name(let name, _) = tree[loop.target], case .register(let register) = variable(name),
            watches.isEmpty
        {
            builder.jump(.next, a: register, b: iterator, to: exhausted)
            store(name, from: register)
        } else {
            builder.jump(.next, a: value, b: iterator, to: exhausted)
            builder.line = line
            try assign(loop.target, from: value)
        }
        blocks.append(.loop(breakTo: end, continueTo: start, handlerDepth: handlerDepth))
        try statements(loop.body)
        blocks.removeLast()
        builder.jumpBack(to: start)
        builder.place(exhausted)
        bound = before
        try statements(loop.otherwise)
        builder.place(end)
        bound = before
        builder.emit(.clear, a: iterator)
    }

    // MARK: Ways out

    /// `break` and `continue`.
    private func leaveLoop(isBreak: Bool, _ range: SourceRange) throws(CompileError) {
        for (index, block) in blocks.enumerated().reversed() {
            switch block {
            case .loop(let breakTo, let continueTo, let depth):
                if depth != handlerDepth { builder.emit(.leaveHandlers, a: depth) }
                if isBreak { builder.jump(.jump, to: breakTo) } else { builder.jumpBack(to: continueTo) }
                return
            case .handlerName(let name): forgetOnTheWayOut(name)
            case .finally(let block):
                let target = loopTarget(below: index, isBreak: isBreak)
                leave(through: block, .jump(target, isBreak: isBreak))
                return
            }
        }
        throw CompileError(isBreak ? "'break' outside loop" : "'continue' not properly in loop", range)
    }

    /// The label at which the innermost loop around a `finally` is left or goes on.
    private func loopTarget(below index: Int, isBreak: Bool) -> CodeBuilder.Label {
        for block in blocks[..<index].reversed() {
            if case .loop(let breakTo, let continueTo, _) = block { return isBreak ? breakTo : continueTo }
        }
        return builder.newLabel()
    }

    private func forgetOnTheWayOut(_ name: Name) {
        let before = bound
        forget(name)
        bound = before
    }

    private func exit(returning value: ExpressionID?) throws(CompileError) {
        var register = builder.constant(.none)
        if let value { register = try operand(value) }
        exit(with: register)
    }

    /// Leaves the function with the value of a register, through every `finally` on the way.
    func exit(with register: Int32) {
        for block in blocks.reversed() {
            guard case .finally(let block) = block else { continue }
            if block.value != register { builder.emit(.move, a: block.value, b: register) }
            leave(through: block, .return)
            return
        }
        builder.emit(.return, a: register)
    }

    func leave(through block: FinallyBlock, _ exit: FinallyBlock.Exit) {
        let number = block.exits.firstIndex { $0.isSame(as: exit) } ?? block.exits.count
        if number == block.exits.count { block.exits.append(exit) }
        builder.emit(.move, a: block.reason, b: builder.constant(.int(number)))
        builder.jump(.jump, to: block.label)
    }
}

extension Compiler.FinallyBlock.Exit {
    /// Whether two exits go on in the same way; jumps are told apart by their kind, as each block lies in one loop.
    func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.normally, .normally), (.reraise, .reraise), (.return, .return): true
        case (.jump(_, let left), .jump(_, let right)): left == right
        default: false
        }
    }
}
