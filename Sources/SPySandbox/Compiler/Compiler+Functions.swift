internal import SPySyntax

extension Compiler {
    /// `def`.
    func define(_ id: StatementID, _ function: FunctionDefinition) throws(CompileError) {
        let range = tree.range(of: id)
        if function.isAsync { throw CompileError("SPy has no async functions.", range) }
        if !function.decorators.isEmpty { throw CompileError("SPy has no decorators.", range) }
        guard let inner = scopes.scopes[.function(id)] else { return }
        let mark = builder.top
        let base = try defaults(function.parameters)
        for parameter in tree[function.parameters] {
            if let annotation = parameter.annotation { try discard(annotation) }
        }
        if let returns = function.returns { try discard(returns) }
        let code = try self.inner(tree.string(function.name), inner) { () throws(CompileError) in
            parameters(function.parameters, inner)
            try statements(function.body)
            builder.emit(.return, a: builder.constant(.none))
        }
        make(code, base)
        store(function.name, from: base.register)
        builder.release(to: mark)
    }

    func lambda(
        _ id: ExpressionID,
        _ list: ParameterList,
        _ body: ExpressionID,
        into target: Int32
    ) throws(CompileError) {
        guard let inner = scopes.scopes[.expression(id)] else { return }
        let base = try defaults(list)
        let code = try self.inner("<lambda>", inner) { () throws(CompileError) in
            parameters(list, inner)
            let result = try operand(body)
            builder.emit(.return, a: result)
        }
        make(code, base)
        builder.emit(.take, a: target, b: base.register)
    }

    private typealias Defaults = (register: Int32, positional: Int, keywordOnly: Int)

    /// Computes the defaults into consecutive registers; the first becomes the function.
    private func defaults(_ list: ParameterList) throws(CompileError) -> Defaults {
        let parameters = tree[list]
        let positional = parameters.filter {
            ($0.kind == .regular || $0.kind == .positionalOnly) && $0.defaultValue != nil
        }
        let keywordOnly = parameters.filter { $0.kind == .keywordOnly }
        let count = positional.count + keywordOnly.count
        let base = builder.newTemporaries(max(count, 1))
        for (offset, parameter) in (positional + keywordOnly).enumerated() {
            let register = base + Int32(offset)
            if let value = parameter.defaultValue {
                try expression(value, into: register)
            } else {
                builder.emit(.clear, a: register)
            }
        }
        return (base, positional.count, keywordOnly.count)
    }

    private func make(_ code: Code, _ base: Defaults) {
        builder.codes.append(code)
        builder.emit(
            .makeFunction,
            a: base.register,
            b: Int32(builder.codes.count - 1),
            c: Int32(base.positional),
            extra: UInt16(truncatingIfNeeded: base.keywordOnly)
        )
    }

    private func discard(_ id: ExpressionID) throws(CompileError) {
        let mark = builder.top
        _ = try operand(id)
        builder.release(to: mark)
    }

    /// Gives parameters and local variables their registers, and makes cells of those that inner functions capture.
    private func parameters(_ list: ParameterList, _ scope: Scope) {
        let all = tree[list]
        let positional = all.filter { $0.kind == .regular || $0.kind == .positionalOnly }
        let keywordOnly = all.filter { $0.kind == .keywordOnly }
        let variadic = all.first { $0.kind == .variadic }
        let variadicKeyword = all.first { $0.kind == .variadicKeyword }
        var described = Code.Parameters()
        var placed: Set<Name> = []
        func place(_ name: Name) -> Int32 {
            placed.insert(name)
            let register = builder.newLocal()
            guard let symbol = scope.symbols[name] else { return register }
            symbol.register = register
            if symbol.isCell {
                builder.cellParameters.append(register)
            } else if !scope.deleted.contains(name) {
                bound.insert(register)
            }
            return register
        }
        for parameter in positional + keywordOnly {
            described.names.append(tree.string(parameter.name))
            _ = place(parameter.name)
        }
        described.positionalCount = positional.count
        described.positionalOnlyCount = positional.count { $0.kind == .positionalOnly }
        if let variadic { described.variadic = place(variadic.name) }
        if let variadicKeyword { described.variadicKeyword = place(variadicKeyword.name) }
        builder.parameters = described
        let others = scope.order.filter { !placed.contains($0.name) }
        allocate(others)
        for symbol in others where symbol.isCell {
            builder.emit(.makeCell, a: symbol.register, b: symbol.register)
        }
    }

    // MARK: Comprehensions

    /// List, set and dictionary comprehensions run in the frame of the code around them.
    func comprehension(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        guard let inner = scopes.scopes[.expression(id)] else { return }
        let result = builder.newTemporary()
        let clauses: ComprehensionClauseList
        let name: String
        switch tree[id] {
        case .listComprehension(_, let list): (clauses, name) = (list, "<listcomp>")
        case .setComprehension(_, let list): (clauses, name) = (list, "<setcomp>")
        case .dictionaryComprehension(_, _, let list): (clauses, name) = (list, "<dictcomp>")
        default: return
        }
        let iterator = builder.newTemporary()
        let first = try iterable(tree[clauses][0].iterable)
        builder.emit(.iterate, a: iterator, b: first)
        builder.release(to: iterator + 1)
        let (start, line) = (builder.position, builder.line)
        let make: Operation = name == "<listcomp>" ? .makeList : name == "<setcomp>" ? .makeSet : .makeDict
        builder.emit(make, a: result, b: result, c: 0)
        let outer = scope
        let before = bound
        scope = inner
        for symbol in inner.order {
            symbol.register = builder.newTemporary()
            builder.emit(.clear, a: symbol.register)
            bound.remove(symbol.register)
            if symbol.isCell { builder.emit(.makeCell, a: symbol.register, b: symbol.register) }
        }
        try loop(tree[clauses], 0, iterator) { () throws(CompileError) in
            let mark = builder.top
            switch tree[id] {
            case .listComprehension(let element, _):
                let value = try operand(element)
                builder.emit(.listAppend, a: result, b: value)
            case .setComprehension(let element, _):
                let value = try operand(element)
                builder.emit(.setAdd, a: result, b: value)
            case .dictionaryComprehension(let key, let value, _):
                let key = try operand(key)
                let value = try operand(value)
                builder.emit(.dictSet, a: result, b: key, c: value)
            default: break
            }
            builder.release(to: mark)
        }
        scope = outer
        bound = before
        builder.comprehensions.append(
            Code.ComprehensionEntry(start: start, end: builder.position, name: name, line: line)
        )
        builder.line = line
        builder.emit(.take, a: target, b: result)
    }

    /// A generator expression is a code of its own whose only argument is the first iterator.
    func generator(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        guard case .generator(let element, let clauses) = tree[id], let inner = scopes.scopes[.expression(id)]
        else { return }
        let function = builder.newTemporary()
        let iterator = builder.newTemporary()
        let first = try iterable(tree[clauses][0].iterable)
        builder.emit(.iterate, a: iterator, b: first)
        let code = try self.inner("<genexpr>", inner) { () throws(CompileError) in
            builder.parameters.names = [".0"]
            builder.parameters.positionalCount = 1
            let argument = builder.newLocal()
            allocate(inner.order)
            for symbol in inner.order where symbol.isCell {
                builder.emit(.makeCell, a: symbol.register, b: symbol.register)
            }
            try loop(tree[clauses], 0, argument) { () throws(CompileError) in
                let mark = builder.top
                let value = try operand(element)
                builder.emit(.yield, a: value)
                builder.release(to: mark)
            }
            builder.emit(.return, a: builder.constant(.none))
        }
        make(code, (function, 0, 0))
        builder.emit(.makeGenerator, a: target, b: iterator, c: function)
    }

    private func loop(
        _ clauses: NodeElements<ComprehensionClause>,
        _ index: Int,
        _ iterator: Int32,
        _ body: () throws(CompileError) -> Void
    ) throws(CompileError) {
        let clause = clauses[index]
        if clause.isAsync { throw CompileError("SPy has no async comprehensions.", clause.range) }
        try checkDepth(clause.range)
        let (start, next, end) = (builder.newLabel(), builder.newLabel(), builder.newLabel())
        builder.place(start)
        let mark = builder.top
        let before = bound
        let value = builder.newTemporary()
        builder.jump(.next, a: value, b: iterator, to: end)
        try assign(clause.target, from: value)
        // Through the one jump back at the end, which charges for the turn.
        for condition in tree[clause.conditions] { try jump(unless: condition, to: next) }
        if index + 1 < clauses.count {
            let inner = builder.newTemporary()
            let iterable = try self.iterable(clauses[index + 1].iterable)
            builder.emit(.iterate, a: inner, b: iterable)
            try loop(clauses, index + 1, inner, body)
        } else {
            try body()
        }
        builder.place(next)
        builder.jumpBack(to: start)
        builder.place(end)
        bound = before
        builder.release(to: mark)
    }
}
