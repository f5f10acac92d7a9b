internal import SPySyntax

extension Compiler {
    /// The register or constant in which the value of an expression is; a new temporary where it is computed.
    func operand(_ id: ExpressionID) throws(CompileError) -> Int32 {
        switch tree[id] {
        case .constant(let constant) where watches.isEmpty:
            if let operand = self.constant(constant) { return operand }
        case .name(let name, _) where !scope.host.hasWalrus && watches.isEmpty:
            if let register = direct(name) { return register }
        default: break
        }
        let target = builder.newTemporary()
        try expression(id, into: target)
        return target
    }

    /// Computes an expression into a register. The register is written last, so it may be a variable of the expression.
    func expression(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        let range = tree.range(of: id)
        try checkDepth(range)
        let (line, mark) = (builder.line, builder.top)
        moveTo(range)
        try compute(id, into: target)
        builder.release(to: mark)
        record(range, target)
        builder.line = line
    }

    private func compute(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        switch tree[id] {
        case .invalid: throw CompileError("The program has syntax errors.", tree.range(of: id))
        case .constant(let constant):
            guard let operand = self.constant(constant) else { throw unsupported("complex numbers", id) }
            builder.emit(.move, a: target, b: operand)
        case .name(let name, _): load(name, into: target)
        case .joinedString(let values): try joinedString(values, into: target)
        case .formattedValue: try formattedValue(id, into: target)
        case .attribute(let value, let name, _):
            let object = try operand(value)
            moveToEnd(of: id)
            builder.emit(.attribute, a: target, b: object, c: nameIndex(name))
        case .subscripted(let value, let index, _):
            let object = try operand(value)
            let key = try self.index(index)
            moveTo(tree.range(of: id))
            builder.emit(.index, a: target, b: object, c: key)
        case .slice: _ = try slice(id, into: target)
        case .starred: throw CompileError("can't use starred expression here", tree.range(of: id))
        case .call(let function, let arguments, let keywords):
            try call(id, function, arguments, keywords, into: target)
        case .booleanOperation(let operation, let values): try boolean(operation, values, into: target)
        case .binaryOperation: try binary(id, into: target)
        case .unaryOperation(.not, let value):
            let operand = try operand(value)
            builder.emit(.not, a: target, b: operand)
        case .unaryOperation(let operation, let value):
            let operand = try operand(value)
            builder.emit(.unary, a: target, b: operand, flag: operation.rawValue)
        case .comparison(let first, let rest): try comparison(first, rest, into: target)
        case .conditional(let test, let body, let otherwise):
            try conditional(test, body, otherwise, into: target)
        case .assignmentExpression(let name, let value):
            let result = builder.newTemporary()
            try expression(value, into: result)
            try assign(name, from: result)
            builder.emit(.take, a: target, b: result)
        case .lambda(let parameters, let body): try lambda(id, parameters, body, into: target)
        case .list(let values, _): try display(values, .makeList, into: target)
        case .tuple(let values, _): try display(values, .makeTuple, into: target)
        case .set(let values): try display(values, .makeSet, into: target)
        case .dictionary(let items): try dictionary(items, into: target)
        case .listComprehension, .setComprehension, .dictionaryComprehension:
            try comprehension(id, into: target)
        case .generator: try generator(id, into: target)
        case .await: throw unsupported("await", id)
        case .yield, .yieldFrom: throw unsupported("generators", id)
        }
    }

    func unsupported(_ feature: String, _ id: ExpressionID) -> CompileError {
        CompileError("SPy has no \(feature).", tree.range(of: id))
    }

    /// CPython counts an attribute and a method call to the line on which the name after the dot stands.
    private func moveToEnd(of id: ExpressionID) {
        let end = tree.range(of: id).end
        builder.line = Int32(source.lineIndex(at: max(end, 1) - 1) + 1)
    }

    func constant(_ constant: Constant) -> Int32? {
        switch constant {
        case .none: return builder.constant(.none)
        case .boolean(let flag): return builder.constant(.bool(flag))
        case .ellipsis: return builder.constant(.ellipsis)
        case .integer(let number): return builder.constant(.int(number))
        case .float(let number): return builder.constant(.float(number))
        case .imaginary: return nil
        case .string(let id):
            let text = Text(codePoints: CodePoints.decode(tree.bytes(id)))
            heap.debit(text.byteCount)
            return builder.constant(.object(StringObject(text, heap)))
        case .bytes(let id):
            let bytes = Array(tree.bytes(id))
            heap.debit(bytes.count)
            return builder.constant(.object(BytesObject(bytes, heap)))
        case .bigInteger(let id):
            guard let value = BigInteger(literal: Array(tree.bytes(id)), heap.meter) else { return nil }
            heap.debit(value.byteCount)
            return builder.constant(.object(IntegerObject(value, heap)))
        }
    }

    private func binary(_ id: ExpressionID, into target: Int32) throws(CompileError) {
        // A chain such as a + b + c leans to the left, as deep as it is long: walk down it and come back in a loop.
        var spine: [(id: ExpressionID, operation: BinaryOperator, right: ExpressionID)] = []
        var first = id
        while case .binaryOperation(let left, let operation, let right) = tree[first],
            spine.isEmpty || watches.isEmpty || watches[tree.range(of: first)] == nil
        {
            spine.append((first, operation, right))
            first = left
        }
        let fresh = builder.top
        var isOwn = false
        var left = try operand(first)
        for (index, step) in spine.reversed().enumerated() {
            let mark = builder.top
            let right = try operand(step.right)
            moveTo(tree.range(of: step.id))
            let isLast = index == spine.count - 1
            let result = isLast ? target : isOwn || left == fresh ? left : builder.newTemporary()
            emitBinary(step.operation, result, left, right)
            if !isLast {
                builder.release(to: max(mark, result + 1))
                left = result
                // From here on the left side is always the temporary.
                if result != fresh { isOwn = true }
            }
        }
    }

    func emitBinary(_ operation: BinaryOperator, _ target: Int32, _ left: Int32, _ right: Int32) {
        switch operation {
        case .add: builder.emit(.add, a: target, b: left, c: right)
        case .subtract: builder.emit(.subtract, a: target, b: left, c: right)
        case .multiply: builder.emit(.multiply, a: target, b: left, c: right)
        case .floorDivide: builder.emit(.floorDivide, a: target, b: left, c: right)
        case .modulo: builder.emit(.modulo, a: target, b: left, c: right)
        default: builder.emit(.binary, a: target, b: left, c: right, flag: operation.rawValue)
        }
    }

    private func boolean(
        _ operation: BooleanOperator,
        _ values: ExpressionList,
        into target: Int32
    ) throws(CompileError) {
        let result = builder.newTemporary()
        let end = builder.newLabel()
        let elements = tree[values]
        for (index, value) in elements.enumerated() {
            let before = bound
            try expression(value, into: result)
            if index > 0 { bound = before }
            if index < elements.count - 1 {
                builder.jump(operation == .and ? .jumpIfNot : .jumpIf, a: result, to: end)
            }
        }
        builder.place(end)
        builder.emit(.take, a: target, b: result)
    }

    private func comparison(
        _ first: ExpressionID,
        _ rest: ComparandList,
        into target: Int32
    ) throws(CompileError) {
        let comparands = tree[rest]
        var left = try operand(first)
        if comparands.count == 1 {
            let right = try operand(comparands[0].value)
            builder.emit(.compare, a: target, b: left, c: right, flag: comparands[0].comparison.rawValue)
            return
        }
        let result = builder.newTemporary()
        let end = builder.newLabel()
        let before = bound
        for (index, comparand) in comparands.enumerated() {
            let right = try operand(comparand.value)
            builder.emit(.compare, a: result, b: left, c: right, flag: comparand.comparison.rawValue)
            if index < comparands.count - 1 { builder.jump(.jumpIfNot, a: result, to: end) }
            left = right
            if index > 0 { bound = before }
        }
        bound = before
        builder.place(end)
        builder.emit(.take, a: target, b: result)
    }

    private func conditional(
        _ test: ExpressionID,
        _ body: ExpressionID,
        _ otherwise: ExpressionID,
        into target: Int32
    ) throws(CompileError) {
        let (no, end) = (builder.newLabel(), builder.newLabel())
        try jump(unless: test, to: no)
        let result = builder.newTemporary()
        let before = bound
        try expression(body, into: result)
        builder.jump(.jump, to: end)
        bound = before
        builder.place(no)
        try expression(otherwise, into: result)
        bound = before
        builder.place(end)
        builder.emit(.take, a: target, b: result)
    }

    /// Jumps where a condition does not hold; falls through where it does.
    func jump(unless test: ExpressionID, to label: CodeBuilder.Label) throws(CompileError) {
        try jump(on: test, isTrue: false, to: label)
    }

    private func jump(on test: ExpressionID, isTrue: Bool, to label: CodeBuilder.Label) throws(CompileError) {
        let range = tree.range(of: test)
        let mark = builder.top
        defer { builder.release(to: mark) }
        if watches.isEmpty || watches[range] == nil {
            switch tree[test] {
            case .unaryOperation(.not, let value):
                try checkDepth(range)
                return try jump(on: value, isTrue: !isTrue, to: label)
            case .booleanOperation(let operation, let values):
                try checkDepth(range)
                return try jump(on: operation, values, isTrue: isTrue, to: label)
            case .comparison(let first, let rest) where tree[rest].count == 1:
                let line = builder.line
                moveTo(range)
                let left = try operand(first)
                let right = try operand(tree[rest][0].value)
                builder.jump(
                    .compareAndJump,
                    a: left,
                    b: right,
                    flag: tree[rest][0].comparison.rawValue,
                    extra: isTrue ? 1 : 0,
                    to: label
                )
                builder.line = line
                return
            default: break
            }
        }
        let value = try operand(test)
        builder.jump(isTrue ? .jumpIf : .jumpIfNot, a: value, to: label)
    }

    private func jump(
        on operation: BooleanOperator,
        _ values: ExpressionList,
        isTrue: Bool,
        to label: CodeBuilder.Label
    ) throws(CompileError) {
        let elements = tree[values]
        let decides = operation == .or
        let end = builder.newLabel()
        let before = bound
        for (index, value) in elements.enumerated() {
            if index == elements.count - 1 || decides == isTrue {
                try jump(on: value, isTrue: isTrue, to: label)
            } else {
                try jump(on: value, isTrue: decides, to: end)
            }
        }
        bound = before
        builder.place(end)
    }
}
