/// A node of any kind, for walks that treat all alike.
public enum Node: Hashable, Sendable {
    /// A statement.
    case statement(StatementID)
    /// An expression.
    case expression(ExpressionID)
    /// A pattern.
    case pattern(PatternID)
}

extension Tree {
    /// Where a node stands.
    public func range(of node: Node) -> SourceRange {
        switch node {
        case .statement(let id): range(of: id)
        case .expression(let id): range(of: id)
        case .pattern(let id): range(of: id)
        }
    }

    /// Calls a function with each direct part of a node, in the order written; decorators come first.
    ///
    /// Parts that are no nodes (parameters, keywords, handlers, cases, clauses) are passed through to the nodes in them.
    public func forEachChild(of node: Node, _ visit: (Node) -> Void) {
        switch node {
        case .statement(let id): forEachChild(of: self[id], visit)
        case .expression(let id): forEachChild(of: self[id], visit)
        case .pattern(let id): forEachChild(of: self[id], visit)
        }
    }

    private func each(_ list: ExpressionList, _ visit: (Node) -> Void) {
        for id in self[list] { visit(.expression(id)) }
    }

    private func each(_ list: StatementList, _ visit: (Node) -> Void) {
        for id in self[list] { visit(.statement(id)) }
    }

    private func each(_ list: PatternList, _ visit: (Node) -> Void) {
        for id in self[list] { visit(.pattern(id)) }
    }

    private func each(_ list: KeywordList, _ visit: (Node) -> Void) {
        for keyword in self[list] { visit(.expression(keyword.value)) }
    }

    private func each(_ id: ExpressionID?, _ visit: (Node) -> Void) {
        if let id { visit(.expression(id)) }
    }

    private func each(_ list: ParameterList, _ visit: (Node) -> Void) {
        for parameter in self[list] {
            each(parameter.annotation, visit)
            each(parameter.defaultValue, visit)
        }
    }

    private func each(_ list: ComprehensionClauseList, _ visit: (Node) -> Void) {
        for clause in self[list] {
            visit(.expression(clause.target))
            visit(.expression(clause.iterable))
            each(clause.conditions, visit)
        }
    }

    /// Positional and keyword arguments in the order written.
    private func each(_ arguments: ExpressionList, _ keywords: KeywordList, _ visit: (Node) -> Void) {
        let keywords = self[keywords]
        var next = 0
        for argument in self[arguments] {
            let start = range(of: argument).start
            while next < keywords.count, keywords[next].range.start < start {
                visit(.expression(keywords[next].value))
                next += 1
            }
            visit(.expression(argument))
        }
        for keyword in keywords[next...] { visit(.expression(keyword.value)) }
    }

    private func forEachChild(of expression: Expression, _ visit: (Node) -> Void) {
        switch expression {
        case .invalid, .constant, .name: break
        case .joinedString(let values): each(values, visit)
        case .formattedValue(let value, _, let specification):
            visit(.expression(value))
            each(specification, visit)
        case .attribute(let value, _, _), .starred(let value, _), .unaryOperation(_, let value),
            .await(let value),
            .yieldFrom(let value):
            visit(.expression(value))
        case .subscripted(let value, let index, _):
            visit(.expression(value))
            visit(.expression(index))
        case .slice(let slice):
            each(slice.lower, visit)
            each(slice.upper, visit)
            each(slice.step, visit)
        case .call(let function, let arguments, let keywords):
            visit(.expression(function))
            each(arguments, keywords, visit)
        case .booleanOperation(_, let values), .list(let values, _), .tuple(let values, _), .set(let values):
            each(values, visit)
        case .binaryOperation(let left, _, let right):
            visit(.expression(left))
            visit(.expression(right))
        case .comparison(let first, let rest):
            visit(.expression(first))
            for comparand in self[rest] { visit(.expression(comparand.value)) }
        case .conditional(let test, let body, let otherwise):
            visit(.expression(body))
            visit(.expression(test))
            visit(.expression(otherwise))
        case .assignmentExpression(let target, let value):
            visit(.expression(target))
            visit(.expression(value))
        case .lambda(let parameters, let body):
            each(parameters, visit)
            visit(.expression(body))
        case .dictionary(let items):
            for item in self[items] {
                each(item.key, visit)
                visit(.expression(item.value))
            }
        case .listComprehension(let element, let clauses), .setComprehension(let element, let clauses),
            .generator(let element, let clauses):
            visit(.expression(element))
            each(clauses, visit)
        case .dictionaryComprehension(let key, let value, let clauses):
            visit(.expression(key))
            visit(.expression(value))
            each(clauses, visit)
        case .yield(let value): each(value, visit)
        }
    }

    private func forEachChild(of statement: Statement, _ visit: (Node) -> Void) {
        switch statement {
        case .invalid, .pass, .break, .continue, .importModules, .importNames, .global, .nonlocal: break
        case .expression(let value): visit(.expression(value))
        case .assignment(let targets, let value):
            each(targets, visit)
            visit(.expression(value))
        case .augmentedAssignment(let target, _, let value):
            visit(.expression(target))
            visit(.expression(value))
        case .annotatedAssignment(let target, let annotation, let value, _):
            visit(.expression(target))
            visit(.expression(annotation))
            each(value, visit)
        case .return(let value): each(value, visit)
        case .delete(let targets): each(targets, visit)
        case .raise(let exception, let cause):
            each(exception, visit)
            each(cause, visit)
        case .assert(let test, let message):
            visit(.expression(test))
            each(message, visit)
        case .if(let test, let body, let otherwise), .while(let test, let body, let otherwise):
            visit(.expression(test))
            each(body, visit)
            each(otherwise, visit)
        case .for(let loop):
            visit(.expression(loop.target))
            visit(.expression(loop.iterable))
            each(loop.body, visit)
            each(loop.otherwise, visit)
        case .with(let items, let body, _):
            for item in self[items] {
                visit(.expression(item.context))
                each(item.target, visit)
            }
            each(body, visit)
        case .match(let subject, let cases):
            visit(.expression(subject))
            for matchCase in self[cases] {
                visit(.pattern(matchCase.pattern))
                each(matchCase.guardCondition, visit)
                each(matchCase.body, visit)
            }
        case .try(let statement):
            each(statement.body, visit)
            for handler in self[statement.handlers] {
                each(handler.type, visit)
                each(handler.body, visit)
            }
            each(statement.otherwise, visit)
            each(statement.finally, visit)
        case .functionDefinition(let function):
            each(function.decorators, visit)
            each(function.parameters, visit)
            each(function.returns, visit)
            each(function.body, visit)
        case .classDefinition(let definition):
            each(definition.decorators, visit)
            each(definition.bases, definition.keywords, visit)
            each(definition.body, visit)
        }
    }

    private func forEachChild(of pattern: Pattern, _ visit: (Node) -> Void) {
        switch pattern {
        case .invalid, .none, .boolean, .star, .capture, .wildcard: break
        case .value(let value): visit(.expression(value))
        case .sequence(let patterns), .alternatives(let patterns): each(patterns, visit)
        case .mapping(let items, _):
            for item in self[items] {
                visit(.expression(item.key))
                visit(.pattern(item.pattern))
            }
        case .typed(let type, let patterns, let keywords):
            visit(.expression(type))
            each(patterns, visit)
            for keyword in self[keywords] { visit(.pattern(keyword.pattern)) }
        case .alias(let pattern, _): visit(.pattern(pattern))
        }
    }
}
