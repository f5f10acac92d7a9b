internal import SPySyntax

extension Compiler {
    /// Assigns the value in a register to a target.
    func assign(_ target: ExpressionID, from value: Int32) throws(CompileError) {
        let range = tree.range(of: target)
        try checkDepth(range)
        let mark = builder.top
        defer { builder.release(to: mark) }
        switch tree[target] {
        case .name(let name, _):
            store(name, from: value)
            record(range, value)
        case .attribute(let object, let name, _):
            let object = try operand(object)
            builder.emit(.storeAttribute, a: object, b: value, c: nameIndex(name))
        case .subscripted(let object, let index, _):
            let object = try operand(object)
            let key = try self.index(index)
            builder.emit(.storeIndex, a: object, b: key, c: value)
        case .list(let targets, _), .tuple(let targets, _): try unpack(tree[targets], from: value)
        default: throw CompileError("cannot assign to this expression", range)
        }
    }

    private func unpack(_ targets: NodeElements<ExpressionID>, from value: Int32) throws(CompileError) {
        let base = builder.newTemporaries(targets.count)
        let star = targets.firstIndex { if case .starred = tree[$0] { true } else { false } }
        if let star {
            builder.emit(
                .unpackStarred,
                a: base,
                b: value,
                c: Int32(star),
                extra: UInt16(targets.count - star - 1)
            )
        } else {
            builder.emit(.unpack, a: base, b: value, c: Int32(targets.count))
        }
        for (offset, target) in targets.enumerated() {
            let register = base + Int32(offset)
            if case .starred(let inner, _) = tree[target] {
                try assign(inner, from: register)
            } else {
                try assign(target, from: register)
            }
        }
    }

    /// `target = value`, straight into a local variable where that is the target.
    func assignment(_ targets: ExpressionList, _ value: ExpressionID) throws(CompileError) {
        let list = tree[targets]
        let mark = builder.top
        defer { builder.release(to: mark) }
        if list.count == 1, watches.isEmpty {
            if case .name(let name, _) = tree[list[0]], case .register(let register) = variable(name) {
                try expression(value, into: register)
                store(name, from: register)
                return
            }
            if try swap(list[0], value) { return }
        }
        let register = list.count == 1 ? try operand(value) : try copied(value)
        for target in list { try assign(target, from: register) }
    }

    /// A value in a temporary, so that the first target does not change what the second receives.
    private func copied(_ value: ExpressionID) throws(CompileError) -> Int32 {
        let register = builder.newTemporary()
        try expression(value, into: register)
        return register
    }

    /// `a, b = x, y` without a tuple in between.
    private func swap(_ target: ExpressionID, _ value: ExpressionID) throws(CompileError) -> Bool {
        guard case .tuple(let targets, _) = tree[target], case .tuple(let values, _) = tree[value] else {
            return false
        }
        let (left, right) = (tree[targets], tree[values])
        func isPlain(_ id: ExpressionID) -> Bool { if case .starred = tree[id] { false } else { true } }
        guard left.count == right.count, left.count <= 8, left.allSatisfy(isPlain), right.allSatisfy(isPlain)
        else { return false }
        let base = builder.newTemporaries(left.count)
        for (offset, element) in right.enumerated() { try expression(element, into: base + Int32(offset)) }
        for (offset, element) in left.enumerated() { try assign(element, from: base + Int32(offset)) }
        return true
    }

    func augmented(
        _ target: ExpressionID,
        _ operation: BinaryOperator,
        _ value: ExpressionID
    ) throws(CompileError) {
        let mark = builder.top
        defer { builder.release(to: mark) }
        let line = builder.line
        switch tree[target] {
        case .name(let name, _):
            if let register = scope.host.hasWalrus ? nil : direct(name) {
                let right = try operand(value)
                builder.line = line
                emitInPlace(operation, register, register, right)
                store(name, from: register)
                record(tree.range(of: target), register)
                return
            }
            let left = builder.newTemporary()
            load(name, into: left)
            let right = try operand(value)
            builder.line = line
            // Without its own reference the variable lets the value change in place, where it is a string.
            emitInPlace(operation, left, left, right)
            store(name, from: left)
            record(tree.range(of: target), left)
            builder.emit(.clear, a: left)
        case .attribute(let object, let name, _):
            let object = try operand(object)
            let left = builder.newTemporary()
            builder.emit(.attribute, a: left, b: object, c: nameIndex(name))
            let right = try operand(value)
            emitInPlace(operation, left, left, right)
            builder.emit(.storeAttribute, a: object, b: left, c: nameIndex(name))
        case .subscripted(let object, let index, _):
            let object = try operand(object)
            let key = try self.index(index)
            let left = builder.newTemporary()
            builder.emit(.index, a: left, b: object, c: key)
            let right = try operand(value)
            builder.line = line
            emitInPlace(operation, left, left, right)
            builder.emit(.storeIndex, a: object, b: key, c: left)
            record(tree.range(of: target), left)
            builder.emit(.clear, a: left)
        default: throw CompileError("illegal expression for augmented assignment", tree.range(of: target))
        }
    }

    /// Notes a value where that place of the program is watched.
    func record(_ range: SourceRange, _ register: Int32) {
        if !watches.isEmpty, let watch = watches[range] { builder.emit(.record, a: register, b: watch) }
    }

    private func emitInPlace(_ operation: BinaryOperator, _ target: Int32, _ left: Int32, _ right: Int32) {
        builder.emit(.binaryInPlace, a: target, b: left, c: right, flag: operation.rawValue)
    }

    func delete(_ target: ExpressionID) throws(CompileError) {
        let mark = builder.top
        defer { builder.release(to: mark) }
        try checkDepth(tree.range(of: target))
        switch tree[target] {
        case .name(let name, _): delete(name)
        case .attribute(let object, let name, _):
            let object = try operand(object)
            builder.emit(.deleteAttribute, a: object, c: nameIndex(name))
        case .subscripted(let object, let index, _):
            let object = try operand(object)
            let key = try self.index(index)
            builder.emit(.deleteIndex, a: object, b: key)
        case .tuple(let targets, _), .list(let targets, _): for target in tree[targets] { try delete(target) }
        default: throw CompileError("cannot delete this expression", tree.range(of: target))
        }
    }
}
