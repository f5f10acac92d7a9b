internal import SPySyntax

extension FactWalk {
    mutating func visit(_ id: StatementID, parent: Int, block: Int, scope: Int) {
        let statement = tree[id]
        begin(FactWalk.kind(of: statement), parent: parent, block: block, scope: scope)
        switch statement {
        case .if(let test, let body, let otherwise):
            visit(test, as: .condition)
            scheduleBlocks(body, otherwise)
        case .while(let test, let body, let otherwise):
            visit(test, as: .loopCondition)
            scheduleBlocks(body, otherwise)
        case .for(let loop):
            visit(loop.iterable)
            assign(loop.target)
            scheduleBlocks(loop.body, loop.otherwise)
        case .with(let items, let body, _):
            for item in tree[items] {
                visit(item.context)
                if let target = item.target { assign(target) }
            }
            scheduleBlocks(body)
        case .match(let subject, let cases):
            visit(subject)
            for (index, matchCase) in tree[cases].enumerated() {
                scheduled.append(.matchCase(matchCase, parent: line, block: index, scope: scope))
            }
        case .try(let statement):
            scheduleBlocks(statement.body)
            for handler in tree[statement.handlers] {
                scheduled.append(.handler(handler, parent: line, block: 2, scope: scope))
            }
            schedule(statement.otherwise, parent: line, block: 3, scope: scope)
            schedule(statement.finally, parent: line, block: 4, scope: scope)
        case .functionDefinition(let function): visit(function)
        case .classDefinition(let definition): visit(definition)
        default: visitSimple(statement)
        }
    }

    mutating func visit(_ handler: ExceptHandler, parent: Int, block: Int, scope: Int) {
        begin(.handler, parent: parent, block: block, scope: scope)
        visit(handler.type)
        if let name = handler.name {
            put(name)
            bind(name, at: handler.range, in: scope)
        }
        scheduleBlocks(handler.body)
    }

    mutating func visit(_ matchCase: MatchCase, parent: Int, block: Int, scope: Int) {
        begin(.matchCase, parent: parent, block: 0, scope: scope)
        visit(matchCase.pattern)
        if let condition = matchCase.guardCondition { visit(condition, as: .condition) }
        scheduleBlocks(matchCase.body)
    }

    private mutating func scheduleBlocks(_ blocks: StatementList...) {
        for (index, block) in blocks.enumerated() {
            schedule(block, parent: line, block: index, scope: scope)
        }
    }

    /// Defaults, annotations and decorators belong to the scope around; the body to the function.
    private mutating func visit(_ function: FunctionDefinition) {
        define(function.name)
        for decorator in tree[function.decorators] { visit(decorator) }
        put(function.name)
        let inner = scopes.count
        addScope(function.name)
        for parameter in tree[function.parameters] {
            put(Token(.lambda, UInt64(parameter.kind.rawValue)))
            put(parameter.name)
            bind(parameter.name, at: parameter.range, in: inner, isAssigned: false)
            visit(parameter.annotation)
            visit(parameter.defaultValue)
            marks.append((parameter.annotation == nil ? 0 : 1) | (parameter.defaultValue == nil ? 0 : 2))
        }
        visit(function.returns)
        marks.append(function.returns == nil ? 4 : 5)
        schedule(function.body, parent: line, block: 0, scope: inner)
    }

    private mutating func visit(_ definition: ClassDefinition) {
        define(definition.name)
        put(definition.name)
        for decorator in tree[definition.decorators] { visit(decorator) }
        for base in tree[definition.bases] { visit(base) }
        for keyword in tree[definition.keywords] { visit(keyword.value) }
        let inner = scopes.count
        addScope(definition.name)
        schedule(definition.body, parent: line, block: 0, scope: inner)
    }

    private mutating func addScope(_ name: Name) {
        let around = scopes[scope].path
        let text = tree.string(name)
        scopes.append(
            Scope(
                path: around.isEmpty ? text : "\(around).\(text)",
                name: hashes.tokens.names[name.index],
                parent: scope,
                line: line
            )
        )
    }

    private mutating func visitSimple(_ statement: Statement) {
        switch statement {
        case .expression(let value): visit(value)
        case .assignment(let targets, let value):
            visit(value)
            for target in tree[targets] { assign(target) }
        case .augmentedAssignment(let target, let operation, let value):
            put(Token(.binary, UInt64(operation.rawValue)))
            visit(value)
            assign(target)
        case .annotatedAssignment(let target, let annotation, let value, _):
            visit(annotation)
            visit(value)
            if value != nil {
                assign(target)
            } else if case .name(let name, _) = tree[target] {
                put(name)
                define(name)
            } else {
                visit(target)
            }
        case .return(let value?): visit(value, as: .returned)
        case .delete(let targets): for target in tree[targets] { visit(target) }
        case .raise(let exception, let cause):
            visit(exception)
            visit(cause)
        case .assert(let test, let message):
            visit(test, as: .condition)
            visit(message)
        case .importModules(let names): defineImported(names, isModule: true)
        case .importNames(let module, let names, let level):
            if let module { put(module) }
            marks.append((module == nil ? 6 : 7) | UInt8(truncatingIfNeeded: level) << 4)
            defineImported(names, isModule: false)
        case .global(let names), .nonlocal(let names): for name in tree[names] { put(name) }
        default: break
        }
    }

    /// `import a.b` binds `a`.
    private mutating func defineImported(_ names: ImportedNameList, isModule: Bool) {
        for imported in tree[names] {
            put(imported.name)
            marks.append(imported.alias == nil ? 8 : 9)
            if let alias = imported.alias {
                put(alias)
                define(alias)
            } else if isModule, let dot = tree.string(imported.name).firstIndex(of: ".") {
                if let first = tree.name(String(tree.string(imported.name)[..<dot])) { define(first) }
            } else {
                define(imported.name)
            }
        }
    }

    private static func kind(of statement: Statement) -> Line.Kind {
        switch statement {
        case .invalid: .invalid
        case .expression: .expression
        case .assignment: .assignment
        case .augmentedAssignment: .augmented
        case .annotatedAssignment: .annotated
        case .return: .return
        case .delete: .delete
        case .pass: .pass
        case .break: .break
        case .continue: .continue
        case .raise: .raise
        case .assert: .assert
        case .importModules, .importNames: .import
        case .global, .nonlocal: .declaration
        case .if: .if
        case .while: .while
        case .for: .for
        case .with: .with
        case .match: .match
        case .try: .try
        case .functionDefinition: .function
        case .classDefinition: .classDefinition
        }
    }
}
