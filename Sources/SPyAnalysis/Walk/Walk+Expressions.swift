internal import SPySyntax

extension Walk {
    mutating func visit(_ id: ExpressionID, _ use: Occurrence.Use) {
        let expression = tree[id]
        switch expression {
        case .booleanOperation, .unaryOperation(.not, _): break  // counted where they decide
        default: count(id)
        }
        switch expression {
        case .invalid: break
        case .constant(let constant): check(constant, id)
        case .joinedString(let values): schedule(values)
        case .formattedValue(let value, _, let specification):
            schedule(value, .operand)
            schedule(specification)
        case .name(let name, .load): read(name, tree.range(of: id), use, expression: id)
        case .name, .list(_, .store), .list(_, .delete), .tuple(_, .store), .tuple(_, .delete),
            .starred(_, .store):
            program.nodeCount -= 1
            assign(id, .assignment, -1)
        case .attribute(let value, let name, let context): visitAttribute(id, value, name, context, use)
        case .subscripted(let value, let index, let context):
            schedule(value, context == .load ? .operand : [])
            schedule(index)
        case .slice(let slice):
            schedule(slice.lower, .operand)
            schedule(slice.upper, .operand)
            schedule(slice.step, .operand)
        case .starred(let value, _): schedule(value)
        case .call(let function, let arguments, let keywords):
            schedule(function, .called)
            schedule(arguments, keywords)
        case .booleanOperation, .unaryOperation(.not, _):
            decide(id)
            schedule(.merge)
        case .unaryOperation(_, let value): schedule(value, .operand)
        case .binaryOperation(let left, _, let right):
            schedule(left, .operand)
            schedule(right, .operand)
        case .comparison(let first, let rest): visitComparison(first, tree[rest])
        case .conditional(let test, let body, let otherwise):
            addDecision(cognitive: structureCost)
            schedule(.test(test))
            schedule(.branchBegin)
            schedule(.nest)
            schedule(body)
            schedule(.branchNext)
            schedule(otherwise)
            schedule(.unnest)
            schedule(.branchEnd)
        case .assignmentExpression(let target, let value):
            schedule(value)
            schedule(.target(target, .walrus, detail: value.index))
        case .lambda(let parameters, let body): visitLambda(tree[parameters], body)
        case .list(let values, _), .tuple(let values, _), .set(let values): schedule(values)
        case .dictionary(let items):
            for item in tree[items] {
                schedule(item.key)
                schedule(item.value)
            }
        case .listComprehension(let element, let clauses), .setComprehension(let element, let clauses):
            visitComprehension([element], tree[clauses], isDeferred: false)
        case .generator(let element, let clauses):
            visitComprehension([element], tree[clauses], isDeferred: true)
        case .dictionaryComprehension(let key, let value, let clauses):
            visitComprehension([key, value], tree[clauses], isDeferred: false)
        case .await(let value):
            program.report(.awaiting, at: tree.range(of: id))
            schedule(value)
        case .yield(let value):
            program.report(.yielding, at: tree.range(of: id), "yield")
            schedule(value)
        case .yieldFrom(let value):
            program.report(.yielding, at: tree.range(of: id), "yield from")
            schedule(value)
        }
    }

    /// An expression whose truth decides what happens next.
    mutating func decide(_ id: ExpressionID) {
        switch tree[id] {
        case .booleanOperation(let booleanOperator, let values):
            count(id)
            let values = tree[values]
            addDecision(cyclomatic: values.count - 1, cognitive: 1)
            schedule(.operandsBegin(booleanOperator))
            for (index, value) in values.enumerated() {
                if index > 0 { schedule(.operandsNext(booleanOperator)) }
                schedule(.test(value))
            }
            schedule(.operandsEnd(booleanOperator))
        case .unaryOperation(.not, let value):
            count(id)
            schedule(.test(value))
            schedule(.negate)
        case .constant(let constant):
            count(id)
            check(constant, id)
            program.events.append(.decide(isTrue(constant) ? .always : .never))
        default:
            schedule(id, .operand)
            schedule(.decide(.open))
        }
    }

    private mutating func check(_ constant: Constant, _ id: ExpressionID) {
        guard case .imaginary = constant else { return }
        program.report(.complexNumbers, at: tree.range(of: id))
    }

    private func isTrue(_ constant: Constant) -> Bool {
        switch constant {
        case .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .float(let value), .imaginary(let value): value != 0
        case .ellipsis, .bigInteger: true
        case .string(let text), .bytes(let text): !tree.bytes(text).isEmpty
        }
    }

    private mutating func visitAttribute(
        _ id: ExpressionID,
        _ value: ExpressionID,
        _ name: Name,
        _ context: ExpressionContext,
        _ use: Occurrence.Use
    ) {
        let range = identifier(endingAt: tree.range(of: id).end)
        checkAttribute(name, range)
        if context == .load, names[name].contains(.isFormat) {
            program.formats.append(Program.FormatUse(receiver: value, attribute: name, range: range))
        }
        guard case .name(let base, .load) = tree[value] else {
            schedule(value, context == .load ? [] : .memberChanged)
            return
        }
        count(value)
        var baseUse: Occurrence.Use = use.contains(.called) ? .memberCalled : []
        if context != .load { baseUse.insert(.memberChanged) }
        if use.contains(.memberChanged) { baseUse.insert(.deepMemberChanged) }
        read(base, tree.range(of: value), baseUse, expression: value, attribute: (name, range))
    }

    /// Positional and keyword arguments in the order written.
    mutating func schedule(_ arguments: ExpressionList, _ keywords: KeywordList) {
        let keywords = tree[keywords]
        var next = 0
        for argument in tree[arguments] {
            let start = tree.range(of: argument).start
            while next < keywords.count, keywords[next].range.start < start {
                schedule(keywords[next])
                next += 1
            }
            schedule(argument)
        }
        for keyword in keywords[next...] { schedule(keyword) }
    }

    private mutating func schedule(_ keyword: Keyword) {
        if let name = keyword.name {
            let start = keyword.range.start
            var end = Int(start)
            let bytes = program.source.utf8
            let limit = Int(tree.range(of: keyword.value).start)
            while end < limit, bytes[end] != 0x3D, bytes[end] > 0x20 { end += 1 }
            check(name, SourceRange(start: start, end: UInt32(end)))
        }
        schedule(keyword.value)
    }

    private mutating func visitComparison(_ first: ExpressionID, _ rest: NodeElements<Comparand>) {
        schedule(first, .operand)
        var left = first
        for comparand in rest {
            schedule(comparand.value, .operand)
            if comparand.comparison == .is || comparand.comparison == .isNot,
                isLiteral(left) || isLiteral(comparand.value)
            {
                program.report(
                    .literalIdentity,
                    at: tree.range(of: left).union(tree.range(of: comparand.value)),
                    comparand.comparison.symbol,
                    comparand.comparison == .is ? "==" : "!="
                )
            }
            left = comparand.value
        }
    }

    /// Whether CPython may make a new object of an expression each time it is met.
    private func isLiteral(_ id: ExpressionID) -> Bool {
        switch tree[id] {
        case .constant(.none), .constant(.boolean), .constant(.ellipsis): false
        case .constant, .tuple, .list, .dictionary, .set, .joinedString: true
        default: false
        }
    }

    private mutating func visitLambda(_ parameters: NodeElements<Parameter>, _ body: ExpressionID) {
        scheduleDefaults(parameters)
        let index = addScope(.lambda, function: program.scopes[scope].function)
        schedule(.enter(index))
        for parameter in parameters { scheduleBinding(parameter) }
        schedule(.nest)
        schedule(body)
        schedule(.unnest)
        schedule(.leave)
    }

    private mutating func visitComprehension(
        _ elements: [ExpressionID],
        _ clauses: NodeElements<ComprehensionClause>,
        isDeferred: Bool
    ) {
        let index = addScope(.comprehension(isDeferred: isDeferred), function: program.scopes[scope].function)
        for (position, clause) in clauses.enumerated() {
            addDecision(
                cyclomatic: 1 + tree[clause.conditions].count,
                cognitive: (position == 0 ? structureCost : 1) + tree[clause.conditions].count
            )
            if clause.isAsync { program.report(.asynchronous, at: clause.range, "for") }
            schedule(clause.iterable, .operand)
            // The first iterable is evaluated outside.
            if position == 0 {
                schedule(.enter(index))
                schedule(.nest)
            }
            schedule(.target(clause.target, .comprehension, detail: -1))
            for condition in tree[clause.conditions] {
                schedule(.test(condition))
                schedule(.assume)
            }
        }
        for element in elements { schedule(element) }
        schedule(.unnest)
        schedule(.leave)
    }

    /// A scope inside the one at hand; it is entered by the work scheduled for it.
    mutating func addScope(_ kind: Scope.Kind, function: Int) -> Int {
        let index = program.scopes.count
        let frame = if case .comprehension = kind { program.scopes[scope].frame } else { index }
        program.scopes.append(Scope(kind: kind, parent: scope, function: function, frame: frame))
        return index
    }

    /// An expression that is assigned to or deleted.
    mutating func assign(_ id: ExpressionID, _ binding: Occurrence.Binding, _ detail: Int) {
        switch tree[id] {
        case .name(let name, let context):
            count(id)
            if context == .delete {
                unbind(name, tree.range(of: id))
            } else {
                bind(name, tree.range(of: id), binding, detail: detail)
            }
        case .tuple(let values, _), .list(let values, _):
            count(id)
            let inner: Occurrence.Binding = binding == .assignment ? .unpacking : binding
            for value in tree[values] { schedule(.target(value, inner, detail: -1)) }
        case .starred(let value, _):
            count(id)
            schedule(.target(value, binding, detail: -1))
        default: schedule(id)
        }
    }
}
