internal import SPySyntax

extension Compiler {
    /// The value of what stands between square brackets.
    func index(_ id: ExpressionID) throws(CompileError) -> Int32 {
        if case .slice = tree[id] {
            let target = builder.newTemporary()
            return try slice(id, into: target)
        }
        return try operand(id)
    }

    func slice(_ id: ExpressionID, into target: Int32) throws(CompileError) -> Int32 {
        guard case .slice(let slice) = tree[id] else { return target }
        let base = builder.newTemporaries(3)
        for (offset, part) in [slice.lower, slice.upper, slice.step].enumerated() {
            let register = base + Int32(offset)
            if let part {
                try expression(part, into: register)
            } else {
                builder.emit(.move, a: register, b: builder.constant(.none))
            }
        }
        builder.emit(.makeSlice, a: target, b: base)
        return target
    }

    /// What a `for` goes over.
    func iterable(_ id: ExpressionID) throws(CompileError) -> Int32 {
        guard watches.isEmpty, case .set(let values) = tree[id], tree[values].allSatisfy({ isConstant($0) })
        else { return try operand(id) }
        let target = builder.newTemporary()
        try display(values, .makeSet, into: target, isIterated: true)
        return target
    }

    /// `[…]`, `(…)` and `{…}` of plain values, or with starred ones.
    func display(
        _ values: ExpressionList,
        _ make: Operation,
        into target: Int32,
        isIterated: Bool = false
    ) throws(CompileError) {
        let elements = tree[values]
        let isFolded =
            make == .makeSet && elements.count >= (isIterated ? 1 : 3)
            && elements.allSatisfy { isConstant($0) }
        try unfolded(elements, make, into: target)
        if isFolded { builder.emit(.refineSet, a: target, flag: isIterated ? 1 : 0) }
    }

    private func unfolded(
        _ elements: NodeElements<ExpressionID>,
        _ make: Operation,
        into target: Int32
    ) throws(CompileError) {
        let hasStars = elements.contains { if case .starred = tree[$0] { true } else { false } }
        if !hasStars, elements.count <= 30 || make == .makeTuple && elements.count <= 256 {
            let base = builder.newTemporaries(elements.count)
            for (offset, element) in elements.enumerated() {
                try expression(element, into: base + Int32(offset))
            }
            builder.emit(make, a: target, b: base, c: Int32(elements.count))
            return
        }
        let collection = builder.newTemporary()
        builder.emit(make == .makeSet ? .makeSet : .makeList, a: collection, b: collection, c: 0)
        try collect(elements, into: collection, isSet: make == .makeSet)
        if make == .makeTuple { builder.emit(.listToTuple, a: collection) }
        builder.emit(.take, a: target, b: collection)
    }

    /// Whether CPython computes an expression when it compiles.
    private func isConstant(_ id: ExpressionID, depth: Int = 0) -> Bool {
        guard depth < 20 else { return false }
        switch tree[id] {
        case .constant: return true
        case .unaryOperation(_, let value): return isConstant(value, depth: depth + 1)
        case .binaryOperation(let left, _, let right):
            return isConstant(left, depth: depth + 1) && isConstant(right, depth: depth + 1)
        case .tuple(let values, _): return tree[values].allSatisfy { isConstant($0, depth: depth + 1) }
        default: return false
        }
    }

    /// Adds values and the elements of starred ones to a list or set.
    private func collect(
        _ elements: NodeElements<ExpressionID>,
        into collection: Int32,
        isSet: Bool,
        callee: Int32? = nil
    ) throws(CompileError) {
        for element in elements {
            let mark = builder.top
            if case .starred(let value, _) = tree[element] {
                let value = try operand(value)
                builder.emit(
                    isSet ? .setUpdate : .listExtend,
                    a: collection,
                    b: value,
                    c: callee ?? 0,
                    flag: callee == nil ? 0 : 1
                )
            } else {
                let value = try operand(element)
                builder.emit(isSet ? .setAdd : .listAppend, a: collection, b: value)
            }
            builder.release(to: mark)
        }
    }

    /// Keys and values are all computed before the first key is hashed, fifteen pairs at a time, as CPython does it.
    func dictionary(_ items: DictionaryItemList, into target: Int32) throws(CompileError) {
        let dict = builder.newTemporary()
        let mark = builder.top
        builder.emit(.makeDict, a: dict, b: dict, c: 0)
        var pending: Int32 = 0
        func flush() {
            if pending > 0 { builder.emit(.dictFill, a: dict, b: mark, c: pending) }
            pending = 0
            builder.release(to: mark)
        }
        for item in tree[items] {
            if let key = item.key {
                let base = builder.newTemporaries(2)
                try expression(key, into: base)
                try expression(item.value, into: base + 1)
                pending += 1
                if pending == 15 { flush() }
            } else {
                flush()
                let value = try operand(item.value)
                builder.emit(.dictUpdate, a: dict, b: value)
                builder.release(to: mark)
            }
        }
        flush()
        builder.emit(.take, a: target, b: dict)
    }

    func joinedString(_ values: ExpressionList, into target: Int32) throws(CompileError) {
        let elements = tree[values]
        let base = builder.newTemporaries(elements.count)
        for (offset, element) in elements.enumerated() {
            try expression(element, into: base + Int32(offset))
        }
        builder.emit(.joinStrings, a: target, b: base, c: Int32(elements.count))
    }

    func formattedValue(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        guard case .formattedValue(let value, let conversion, let specification) = tree[id] else { return }
        let shown = try operand(value)
        var format = builder.constant(.none)
        if let specification { format = try operand(specification) }
        builder.emit(.formatValue, a: target, b: shown, c: format, flag: conversion.rawValue)
    }

    // MARK: Calls

    func call(
        _ id: ExpressionID,
        _ function: ExpressionID,
        _ arguments: ExpressionList,
        _ keywords: KeywordList,
        into target: Int32
    ) throws(CompileError) {
        let (positional, named) = (tree[arguments], tree[keywords])
        let isSpread =
            positional.contains { if case .starred = tree[$0] { true } else { false } }
            || named.contains { $0.name == nil } || positional.count + named.count > 200
        let base = builder.newTemporary()
        if isSpread {
            try expression(function, into: base)
            try spreadCall(positional, named, base)
            moveTo(tree.range(of: id))
            builder.emit(.callSpread, a: base)
        } else {
            var method: Int32?
            if case .attribute(let object, let name, _) = tree[function],
                watches.isEmpty || watches[tree.range(of: function)] == nil
            {
                try expression(object, into: base)
                method = nameIndex(name)
                if (Array(positional) + named.map(\.value)).contains(where: { !isPlain($0) }) {
                    builder.emit(.requireAttribute, a: base, c: nameIndex(name))
                }
            } else {
                try expression(function, into: base)
            }
            for argument in positional { try expression(argument, into: builder.newTemporary()) }
            for keyword in named { try expression(keyword.value, into: builder.newTemporary()) }
            var table: UInt16 = 0
            if !named.isEmpty {
                builder.keywordNames.append(named.map { tree.string($0.name!) })
                table = UInt16(truncatingIfNeeded: builder.keywordNames.count)
            }
            if let method {
                let end = tree.range(of: function).end
                builder.line = Int32(source.lineIndex(at: max(end, 1) - 1) + 1)
                builder.emit(.callMethod, a: base, b: Int32(positional.count), c: method, extra: table)
            } else {
                moveTo(tree.range(of: id))
                builder.emit(.call, a: base, b: Int32(positional.count), extra: table)
            }
        }
        builder.emit(.take, a: target, b: base)
    }

    /// Whether evaluating an expression can neither fail nor be seen.
    private func isPlain(_ id: ExpressionID) -> Bool {
        switch tree[id] {
        case .constant, .name, .joinedString: true
        default: false
        }
    }

    private func spreadCall(
        _ positional: NodeElements<ExpressionID>,
        _ named: NodeElements<Keyword>,
        _ base: Int32
    ) throws(CompileError) {
        let list = builder.newTemporary()
        let dict = builder.newTemporary()
        builder.emit(.makeList, a: list, b: list, c: 0)
        try collect(positional, into: list, isSet: false, callee: base)
        builder.emit(.makeDict, a: dict, b: dict, c: 0)
        for keyword in named {
            let mark = builder.top
            let value = try operand(keyword.value)
            if let name = keyword.name {
                let single = builder.newTemporary()
                builder.emit(.makeDict, a: single, b: single, c: 0)
                builder.emit(.dictSet, a: single, b: text(tree.string(name)), c: value)
                builder.emit(.dictUpdate, a: dict, b: single, c: base, flag: 1)
            } else {
                builder.emit(.dictUpdate, a: dict, b: value, c: base, flag: 1)
            }
            builder.release(to: mark)
        }
    }
}
