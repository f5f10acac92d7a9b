internal import SPySyntax

extension Compiler {
    func tryStatement(_ statement: TryStatement, _ range: SourceRange) throws(CompileError) {
        if statement.isGroup { throw CompileError("SPy has no except*.", range) }
        if statement.finally.isEmpty {
            try guarded(statement)
        } else {
            try withFinally(statement)
        }
    }

    /// `try` with `except` and `else`.
    private func guarded(_ statement: TryStatement) throws(CompileError) {
        if statement.handlers.isEmpty { return try statements(statement.body) }
        let before = bound
        let exception = builder.newTemporary()
        let start = builder.position
        try statements(statement.body)
        let stop = builder.position
        let (end, caught) = (builder.newLabel(), builder.newLabel())
        let afterBody = bound
        try statements(statement.otherwise)
        builder.jump(.jump, to: end)
        builder.place(caught)
        if stop > start {
            builder.handlers.append(
                Code.HandlerEntry(
                    start: start,
                    end: stop,
                    target: builder.position,
                    register: exception,
                    handlerDepth: handlerDepth
                )
            )
        }
        _ = afterBody
        for handler in tree[statement.handlers] {
            bound = before
            try self.handler(handler, exception, end)
        }
        builder.emit(.reraise, a: exception)
        builder.place(end)
        bound = before
    }

    private func handler(
        _ handler: ExceptHandler,
        _ exception: Int32,
        _ end: CodeBuilder.Label
    ) throws(CompileError) {
        let next = builder.newLabel()
        moveTo(handler.range)
        let mark = builder.top
        // The types are looked up while the exception counts as handled, so that a further one knows its context.
        builder.emit(.enterHandler, a: exception, b: handlerDepth)
        handlerDepth += 1
        if let type = handler.type {
            let types = try operand(type)
            let matches = builder.newTemporary()
            builder.emit(.exceptionMatches, a: matches, b: exception, c: types)
            builder.jump(.jumpIfNot, a: matches, to: next)
            builder.release(to: mark)
        }
        if let name = handler.name {
            store(name, from: exception)
            record(handler.range, exception)
            blocks.append(.handlerName(name))
            let start = builder.position
            try statements(handler.body)
            let stop = builder.position
            blocks.removeLast()
            forget(name)
            handlerDepth -= 1
            builder.emit(.leaveHandlers, a: handlerDepth)
            builder.jump(.jump, to: end)
            if stop > start { cleanUp(name, start, stop) }
        } else {
            try statements(handler.body)
            handlerDepth -= 1
            builder.emit(.leaveHandlers, a: handlerDepth)
            builder.jump(.jump, to: end)
        }
        builder.place(next)
        builder.emit(.leaveHandlers, a: handlerDepth)
    }

    /// Where a handler itself fails, its name loses its value all the same.
    private func cleanUp(_ name: Name, _ start: Int32, _ stop: Int32) {
        let raised = builder.newTemporary()
        builder.handlers.append(
            Code.HandlerEntry(
                start: start,
                end: stop,
                target: builder.position,
                register: raised,
                handlerDepth: handlerDepth
            )
        )
        forget(name)
        builder.emit(.reraise, a: raised)
    }

    private func withFinally(_ statement: TryStatement) throws(CompileError) {
        let before = bound
        let block = FinallyBlock(
            reason: builder.newTemporary(),
            value: builder.newTemporary(),
            label: builder.newLabel()
        )
        block.exits = [.normally, .reraise]
        let start = builder.position
        blocks.append(.finally(block))
        try guarded(statement)
        blocks.removeLast()
        let stop = builder.position
        leave(through: block, .normally)
        let body = builder.newLabel()
        if stop > start {
            builder.handlers.append(
                Code.HandlerEntry(
                    start: start,
                    end: stop,
                    target: builder.position,
                    register: block.value,
                    handlerDepth: handlerDepth
                )
            )
            builder.emit(.move, a: block.reason, b: builder.constant(.int(1)))
            builder.emit(.enterHandler, a: block.value, b: handlerDepth)
            builder.jump(.jump, to: body)
        }
        builder.place(block.label)
        builder.emit(.enterFinally, b: handlerDepth)
        builder.place(body)
        bound = before
        handlerDepth += 1
        try statements(statement.finally)
        handlerDepth -= 1
        builder.emit(.leaveHandlers, a: handlerDepth)
        goOn(after: block)
    }

    /// Goes where the exit that was taken leads.
    private func goOn(after block: FinallyBlock) {
        let end = builder.newLabel()
        let labels = block.exits.map { exit in
            if case .normally = exit { end } else { builder.newLabel() }
        }
        builder.jumpTables.append(labels)
        builder.emit(.jumpTable, a: block.reason, b: Int32(builder.jumpTables.count - 1))
        for (exit, label) in zip(block.exits, labels) {
            switch exit {
            case .normally: continue
            case .reraise:
                builder.place(label)
                builder.emit(.reraise, a: block.value)
            case .return:
                builder.place(label)
                self.exit(with: block.value)
            case .jump(let target, let isBreak):
                builder.place(label)
                continueLeaving(to: target, isBreak: isBreak)
            }
        }
        builder.place(end)
    }

    /// Goes on with a `break` or `continue`, through the next `finally` if there is one before the loop.
    private func continueLeaving(to target: CodeBuilder.Label, isBreak: Bool) {
        for block in blocks.reversed() {
            switch block {
            case .loop(_, _, let depth):
                if depth != handlerDepth { builder.emit(.leaveHandlers, a: depth) }
                if isBreak { builder.jump(.jump, to: target) } else { builder.jumpBack(to: target) }
                return
            case .handlerName(let name): store(name, from: builder.constant(.none))
            case .finally(let block): return leave(through: block, .jump(target, isBreak: isBreak))
            }
        }
    }
}
