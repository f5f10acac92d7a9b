internal import SPySyntax

/// Finds the scopes of a program and what is bound in each.
///
/// A list of work instead of recursion: programs may be nested deeper than the stack is.
struct ScopeBuilder {
    /// What opens a scope.
    enum Key: Hashable {
        case function(StatementID)
        case expression(ExpressionID)
    }

    private let tree: Tree
    private(set) var scopes: [Key: Scope] = [:]
    let module = Scope(.module, parent: nil)
    /// Names that the module binds, which are its variables.
    private(set) var globals: Set<Name> = []
    private var work: [(Node, Scope)] = []
    private var uses: [(Name, Scope)] = []

    init(_ tree: Tree) {
        self.tree = tree
        push(tree.body, module)
        while let (node, scope) = work.popLast() {
            switch node {
            case .statement(let id): visit(id, scope)
            case .expression(let id): visit(id, scope)
            case .pattern(let id): visit(id, scope)
            }
        }
        for (name, scope) in uses { scope.use(name) }
    }

    private mutating func push(_ list: StatementList, _ scope: Scope) {
        for id in tree[list] { work.append((.statement(id), scope)) }
    }

    private mutating func push(_ id: ExpressionID?, _ scope: Scope) {
        if let id { work.append((.expression(id), scope)) }
    }

    private mutating func bind(_ name: Name, _ scope: Scope) {
        if scope.kind == .module { globals.insert(name) } else { scope.bind(name) }
    }

    private mutating func visit(_ id: StatementID, _ scope: Scope) {
        switch tree[id] {
        case .functionDefinition(let function):
            bind(function.name, scope)
            let inner = Scope(.function, parent: scope)
            scopes[.function(id)] = inner
            visit(function.parameters, outer: scope, inner: inner)
            for decorator in tree[function.decorators] { push(decorator, scope) }
            push(function.returns, scope)
            push(function.body, inner)
            return
        case .importModules(let names):
            for imported in tree[names] { bind(imported.alias ?? topLevel(imported.name), scope) }
        case .importNames(_, let names, _):
            for imported in tree[names] { bind(imported.alias ?? imported.name, scope) }
        case .try(let statement):
            for handler in tree[statement.handlers] {
                guard let name = handler.name else { continue }
                bind(name, scope)
                scope.deleted.insert(name)
            }
        default: break
        }
        pushChildren(of: .statement(id), scope)
    }

    /// `a.b` binds `a`.
    private func topLevel(_ name: Name) -> Name {
        let text = tree.string(name)
        guard let dot = text.firstIndex(of: ".") else { return name }
        return tree.name(String(text[..<dot])) ?? name
    }

    private mutating func pushChildren(of node: Node, _ scope: Scope) {
        var children: [Node] = []
        tree.forEachChild(of: node) { children.append($0) }
        for child in children { work.append((child, scope)) }
    }

    private mutating func visit(_ parameters: ParameterList, outer: Scope, inner: Scope) {
        for parameter in tree[parameters] {
            inner.bind(parameter.name)
            push(parameter.annotation, outer)
            push(parameter.defaultValue, outer)
        }
    }

    private mutating func visit(_ id: ExpressionID, _ scope: Scope) {
        switch tree[id] {
        case .name(let name, let context):
            switch context {
            case .load: break
            case .store: bind(name, scope)
            case .delete:
                bind(name, scope)
                scope.deleted.insert(name)
            }
            uses.append((name, scope))
        case .assignmentExpression(let target, let value):
            if case .name(let name, _) = tree[target] {
                bind(name, scope.walrusScope)
                uses.append((name, scope))
            }
            scope.host.hasWalrus = true
            scope.walrusScope.hasWalrus = true
            push(value, scope)
        case .lambda(let parameters, let body):
            let inner = Scope(.lambda, parent: scope)
            scopes[.expression(id)] = inner
            visit(parameters, outer: scope, inner: inner)
            push(body, inner)
        case .listComprehension(let element, let clauses), .setComprehension(let element, let clauses):
            let inner = open(id, .comprehension, clauses, scope)
            push(element, inner)
        case .generator(let element, let clauses):
            let inner = open(id, .generator, clauses, scope)
            push(element, inner)
        case .dictionaryComprehension(let key, let value, let clauses):
            let inner = open(id, .comprehension, clauses, scope)
            push(key, inner)
            push(value, inner)
        default: pushChildren(of: .expression(id), scope)
        }
    }

    private mutating func open(
        _ id: ExpressionID,
        _ kind: Scope.Kind,
        _ clauses: ComprehensionClauseList,
        _ scope: Scope
    ) -> Scope {
        let inner = Scope(kind, parent: scope)
        scopes[.expression(id)] = inner
        for (index, clause) in tree[clauses].enumerated() {
            push(clause.iterable, index == 0 ? scope : inner)
            push(clause.target, inner)
            for condition in tree[clause.conditions] { push(condition, inner) }
        }
        return inner
    }

    private mutating func visit(_ id: PatternID, _ scope: Scope) {
        switch tree[id] {
        case .capture(let name), .alias(_, let name), .star(.some(let name)): bind(name, scope)
        case .mapping(_, let rest): if let rest { bind(rest, scope) }
        default: break
        }
        pushChildren(of: .pattern(id), scope)
    }
}
