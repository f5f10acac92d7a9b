extension Printer {
    /// How tightly an expression binds.
    func level(of id: ExpressionID) -> Level {
        switch tree[id] {
        case .assignmentExpression, .yield, .yieldFrom, .starred: .loose
        case .conditional, .lambda: .conditional
        case .booleanOperation(let operation, _): operation == .or ? .or : .and
        case .unaryOperation(let operation, _): operation == .not ? .not : .unary
        case .comparison: .comparison
        case .binaryOperation(_, let operation, _): Printer.level(of: operation)
        case .await: .await
        default: .atom
        }
    }

    private static func level(of operation: BinaryOperator) -> Level {
        switch operation {
        case .bitOr: .bitOr
        case .bitXor: .bitXor
        case .bitAnd: .bitAnd
        case .leftShift, .rightShift: .shift
        case .add, .subtract: .sum
        case .multiply, .matrixMultiply, .divide, .modulo, .floorDivide: .term
        case .power: .power
        }
    }

    /// An expression as pieces, without parentheses around it.
    func expand(_ id: ExpressionID) -> [Piece] {
        switch tree[id] {
        case .invalid: return [.text("...")]
        case .constant(let value): return [.text(literal(value, id))]
        case .joinedString: return [.text(formattedString(id))]
        case .formattedValue: return [.text(formattedString(id))]
        case .name(let name, _): return [.text(spelling(of: name))]
        case .attribute(let value, let name, _): return receiver(value) + [.text("." + spelling(of: name))]
        case .subscripted(let value, let index, _):
            return [.expression(value, .atom), .text("[")] + subscriptPieces(index) + [.text("]")]
        case .slice(let slice): return slicePieces(slice)
        case .starred(let value, _): return [.text("*"), .expression(value, .bitOr)]
        case .call(let function, let arguments, let keywords):
            return [.expression(function, .atom), .text("(")] + argumentPieces(arguments, keywords) + [
                .text(")")
            ]
        case .booleanOperation(let operation, let values):
            let level: Level = operation == .or ? .and : .not
            return joined(tree[values].map { [.expression($0, level)] }, operation == .or ? " or " : " and ")
        case .binaryOperation(let left, let operation, let right): return binary(left, operation, right)
        case .unaryOperation(.not, let operand): return [.text("not "), .expression(operand, .not)]
        case .unaryOperation(let operation, let operand):
            return [.text(operation.symbol), .expression(operand, .unary)]
        case .comparison(let first, let rest):
            var pieces: [Piece] = [.expression(first, .bitOr)]
            for comparand in tree[rest] {
                pieces.append(.text(" \(comparand.comparison.symbol) "))
                pieces.append(.expression(comparand.value, .bitOr))
            }
            return pieces
        case .conditional(let test, let body, let otherwise):
            return [
                .expression(body, .or), .text(" if "), .expression(test, .or), .text(" else "),
                .expression(otherwise, .conditional),
            ]
        case .assignmentExpression(let target, let value):
            return [.expression(target, .atom), .text(" := "), .expression(value, .conditional)]
        case .lambda(let parameters, let body):
            let list = parameterPieces(parameters)
            return [.text(list.isEmpty ? "lambda" : "lambda ")] + list + [
                .text(": "), .expression(body, .conditional),
            ]
        case .list(let elements, _): return [.text("[")] + elementPieces(elements) + [.text("]")]
        case .set(let elements): return [.text("{")] + elementPieces(elements) + [.text("}")]
        case .tuple(let elements, _):
            let comma: [Piece] = tree[elements].count == 1 ? [.text(",")] : []
            return [.text("(")] + elementPieces(elements) + comma + [.text(")")]
        case .dictionary(let items): return [.text("{")] + itemPieces(items) + [.text("}")]
        case .listComprehension(let element, let clauses):
            return [.text("["), .expression(element, .conditional)] + clausePieces(clauses) + [.text("]")]
        case .setComprehension(let element, let clauses):
            return [.text("{"), .expression(element, .conditional)] + clausePieces(clauses) + [.text("}")]
        case .generator(let element, let clauses):
            return [.text("("), .expression(element, .conditional)] + clausePieces(clauses) + [.text(")")]
        case .dictionaryComprehension(let key, let value, let clauses):
            let pair: [Piece] = [
                .expression(key, .conditional), .text(": "), .expression(value, .conditional),
            ]
            return [.text("{")] + pair + clausePieces(clauses) + [.text("}")]
        case .await(let value): return [.text("await "), .expression(value, .atom)]
        case .yield(nil): return [.text("yield")]
        case .yield(let value?): return [.text("yield "), .expression(value, .conditional)]
        case .yieldFrom(let value): return [.text("yield from "), .expression(value, .conditional)]
        }
    }

    private func binary(_ left: ExpressionID, _ operation: BinaryOperator, _ right: ExpressionID) -> [Piece] {
        let level = Printer.level(of: operation)
        let isPower = operation == .power
        return [
            .expression(left, isPower ? .await : level), .text(" \(operation.symbol) "),
            .expression(right, isPower ? .unary : level.next),
        ]
    }

    /// A dot after a whole number would belong to the number.
    private func receiver(_ id: ExpressionID) -> [Piece] {
        switch tree[id] {
        case .constant(.integer), .constant(.bigInteger): [.text("("), .expression(id, .atom), .text(")")]
        default: [.expression(id, .atom)]
        }
    }

    /// A starred expression stands without parentheses where several values can.
    private func element(_ id: ExpressionID) -> [Piece] {
        if case .starred = tree[id] { return [.expression(id, .loose)] }
        return [.expression(id, .conditional)]
    }

    func elementPieces(_ list: ExpressionList) -> [Piece] {
        joined(tree[list].map(element), ", ")
    }

    func joined(_ parts: [[Piece]], _ separator: String) -> [Piece] {
        var pieces: [Piece] = []
        for (position, part) in parts.enumerated() {
            if position > 0 { pieces.append(.text(separator)) }
            pieces += part
        }
        return pieces
    }

    /// A tuple with slices in it has no parentheses.
    private func subscriptPieces(_ index: ExpressionID) -> [Piece] {
        guard case .tuple(let elements, _) = tree[index], tree[elements].contains(where: isSlice) else {
            return [.expression(index, .conditional)]
        }
        return elementPieces(elements) + (tree[elements].count == 1 ? [.text(",")] : [])
    }

    private func isSlice(_ id: ExpressionID) -> Bool {
        if case .slice = tree[id] { return true }
        return false
    }

    private func slicePieces(_ slice: Slice) -> [Piece] {
        var pieces: [Piece] = []
        if let lower = slice.lower { pieces.append(.expression(lower, .conditional)) }
        pieces.append(.text(":"))
        if let upper = slice.upper { pieces.append(.expression(upper, .conditional)) }
        if let step = slice.step { pieces += [.text(":"), .expression(step, .conditional)] }
        return pieces
    }

    func argumentPieces(_ arguments: ExpressionList, _ keywords: KeywordList) -> [Piece] {
        let named: [[Piece]] = tree[keywords].map { keyword in
            let prefix = keyword.name.map { spelling(of: $0) + "=" } ?? "**"
            return [.text(prefix), .expression(keyword.value, .conditional)]
        }
        return joined(tree[arguments].map(element) + named, ", ")
    }

    private func itemPieces(_ items: DictionaryItemList) -> [Piece] {
        joined(
            tree[items].map { item in
                guard let key = item.key else { return [.text("**"), .expression(item.value, .bitOr)] }
                return [.expression(key, .conditional), .text(": "), .expression(item.value, .conditional)]
            },
            ", "
        )
    }

    private func clausePieces(_ clauses: ComprehensionClauseList) -> [Piece] {
        var pieces: [Piece] = []
        for clause in tree[clauses] {
            pieces.append(.text(clause.isAsync ? " async for " : " for "))
            pieces += element(clause.target)
            pieces += [.text(" in "), .expression(clause.iterable, .or)]
            for condition in tree[clause.conditions] {
                pieces += [.text(" if "), .expression(condition, .or)]
            }
        }
        return pieces
    }

    func parameterPieces(_ list: ParameterList) -> [Piece] {
        var parts: [[Piece]] = []
        let parameters = tree[list]
        var hasStar = false
        for (position, parameter) in parameters.enumerated() {
            if parameter.kind == .variadic { hasStar = true }
            if parameter.kind == .keywordOnly, !hasStar {
                hasStar = true
                parts.append([.text("*")])
            }
            parts.append(pieces(of: parameter))
            let isLast = position + 1 == parameters.count || parameters[position + 1].kind != .positionalOnly
            if parameter.kind == .positionalOnly, isLast { parts.append([.text("/")]) }
        }
        return joined(parts, ", ")
    }

    private func pieces(of parameter: Parameter) -> [Piece] {
        let stars = parameter.kind == .variadic ? "*" : parameter.kind == .variadicKeyword ? "**" : ""
        var pieces: [Piece] = [.text(stars + spelling(of: parameter.name))]
        if let annotation = parameter.annotation { pieces += [.text(": ")] + element(annotation) }
        if let value = parameter.defaultValue {
            pieces += [.text(parameter.annotation == nil ? "=" : " = "), .expression(value, .conditional)]
        }
        return pieces
    }
}
