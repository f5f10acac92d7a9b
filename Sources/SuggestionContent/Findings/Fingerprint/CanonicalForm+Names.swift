internal import SPySyntax

extension CanonicalForm {
    /// The names that a function binds: parameters, and what its body assigns, imports, catches, matches and
    /// defines, in comprehensions and lambdas too. Functions inside it bind their own.
    func boundNames(_ function: FunctionDefinition) -> [Name] {
        var names = tree[function.parameters].map(\.name)
        var work: [Node] = tree[function.body].map { .statement($0) }
        while let node = work.popLast() {
            switch node {
            case .statement(let id):
                if case .functionDefinition(let inner) = tree[id] {
                    names.append(inner.name)
                    continue
                }
                addNames(of: tree[id], &names)
            case .expression(let id):
                switch tree[id] {
                case .name(let name, .store): names.append(name)
                case .lambda(let parameters, _): names += tree[parameters].map(\.name)
                default: break
                }
            case .pattern(let id): addNames(of: tree[id], &names)
            }
            tree.forEachChild(of: node) { work.append($0) }
        }
        return names
    }

    private func addNames(of statement: Statement, _ names: inout [Name]) {
        switch statement {
        case .importModules(let imported), .importNames(_, let imported, _):
            for item in tree[imported] { names.append(item.alias ?? item.name) }
        case .try(let statement): names += tree[statement.handlers].compactMap(\.name)
        default: break
        }
    }

    private func addNames(of pattern: Pattern, _ names: inout [Name]) {
        switch pattern {
        case .mapping(_, let rest?), .star(let rest?), .capture(let rest), .alias(_, let rest):
            names.append(rest)
        default: break
        }
    }
}
