internal import SPySyntax

extension Walk {
    mutating func scheduleDefaults(_ parameters: NodeElements<Parameter>) {
        for parameter in parameters {
            if let value = parameter.defaultValue {
                if isMutable(value) {
                    program.report(.mutableDefaults, at: tree.range(of: value), tree.string(parameter.name))
                }
                schedule(value)
            }
            schedule(parameter.annotation)
        }
    }

    mutating func scheduleBinding(_ parameter: Parameter) {
        let start = parameter.range.start
        let limit = min(Int(parameter.range.end), program.source.utf8.count)
        var end = Int(start)
        while end < limit, program.source.utf8[end] != 0x3A, program.source.utf8[end] > 0x20 { end += 1 }
        let range = SourceRange(start: start, end: UInt32(end))
        schedule(.bind(parameter.name, range, .parameter, detail: -1))
    }

    /// Whether a default is made once and can be changed by every call.
    private func isMutable(_ id: ExpressionID) -> Bool {
        switch tree[id] {
        case .list, .dictionary, .set, .listComprehension, .setComprehension, .dictionaryComprehension:
            return true
        case .call(let function, _, _):
            guard case .name(let name, _) = tree[function] else { return false }
            return Walk.mutableTypes.contains(tree.string(name))
        default: return false
        }
    }

    private static let mutableTypes: Set<String> = [
        "list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict",
    ]

    mutating func visitFunction(_ range: SourceRange, _ function: FunctionDefinition) {
        for decorator in tree[function.decorators] {
            program.report(.decorators, at: tree.range(of: decorator))
            schedule(decorator)
        }
        if function.isAsync { program.report(.asynchronous, at: keyword(range), "def") }
        let parameters = tree[function.parameters]
        scheduleDefaults(parameters)
        schedule(function.returns)
        let index = program.functions.count
        program.functions.append(
            Program.Function(
                name: function.name,
                parent: program.scopes[scope].function,
                range: range,
                nameRange: function.nameRange,
                parameters: parameters.map(\.name)
            )
        )
        schedule(.bind(function.name, function.nameRange, .function, detail: index))
        schedule(.enter(addScope(.function, function: index)))
        for parameter in parameters { scheduleBinding(parameter) }
        schedule(function.body)
        schedule(.leave)
    }

    mutating func visitClass(_ range: SourceRange, _ definition: ClassDefinition) {
        program.report(.classes, at: SourceRange(start: range.start, end: definition.nameRange.end))
        for decorator in tree[definition.decorators] {
            program.report(.decorators, at: tree.range(of: decorator))
            schedule(decorator)
        }
        schedule(definition.bases, definition.keywords)
        schedule(.enter(addScope(.classBody, function: program.scopes[scope].function)))
        schedule(definition.body)
        schedule(.leave)
        schedule(.bind(definition.name, definition.nameRange, .classDefinition, detail: -1))
    }

    /// `import a.b as c, d`
    mutating func visitImport(_ names: NodeElements<ImportedName>) {
        for imported in names {
            let module = tree.string(imported.name)
            let isAllowed = AllowedModules.contains(module)
            if !isAllowed { program.report(.imports, name: module, at: imported.range) }
            let first = module.prefix { $0 != "." }
            guard let bound = imported.alias ?? (first == module ? imported.name : tree.name(String(first)))
            else {
                continue
            }
            let range = imported.alias == nil ? imported.range : identifier(endingAt: imported.range.end)
            schedule(.bind(bound, range, .module, detail: program.imports.count))
            program.imports.append(
                Import(module: module, member: nil, isAllowed: isAllowed, range: imported.range)
            )
        }
    }

    /// `from ..module import a as b, c`
    mutating func visitImport(
        _ statement: SourceRange,
        _ module: Name?,
        _ names: NodeElements<ImportedName>,
        _ level: UInt32
    ) {
        let module = String(repeating: ".", count: Int(min(level, 8))) + (module.map(tree.string) ?? "")
        let isAllowed = AllowedModules.contains(module)
        if !isAllowed { program.report(.imports, name: module, at: statement) }
        for imported in names {
            let member = tree.string(imported.name)
            if member == "*" {
                program.report(.starImports, at: imported.range, module)
                continue
            }
            let isOffered = isAllowed && AllowedModules.offers(member, in: module)
            let place = SourceRange(
                start: imported.range.start,
                end: imported.alias == nil
                    ? imported.range.end : imported.range.start + UInt32(member.utf8.count)
            )
            if Identifier.isDunder(member) {
                if imported.alias != nil { check(imported.name, place) }
            } else if isAllowed, !isOffered {
                reportMember(member, of: module, at: place)
            }
            let range = imported.alias == nil ? imported.range : identifier(endingAt: imported.range.end)
            schedule(.bind(imported.alias ?? imported.name, range, .member, detail: program.imports.count))
            program.imports.append(
                Import(module: module, member: member, isAllowed: isOffered, range: imported.range)
            )
        }
    }

    private mutating func reportMember(_ member: String, of module: String, at range: SourceRange) {
        program.report(.moduleMembers, at: range, module, member, AllowedModules.summary(module))
    }

    /// Broad and silent handlers.
    mutating func checkHandler(_ handler: ExceptHandler) {
        let body = tree[handler.body]
        let isSilent = body.allSatisfy { id in
            switch tree[id] {
            case .pass, .continue: true
            case .expression(let value): if case .constant = tree[value] { true } else { false }
            default: false
            }
        }
        let head =
            handler.type.map { keyword(handler.range).union(tree.range(of: $0)) } ?? keyword(handler.range)
        if isSilent, !body.isEmpty { program.report(.silentExcepts, at: head) }
        guard let broad = broadName(handler), !endsInRaise(body) else { return }
        program.report(.broadExcepts, at: head, broad)
    }

    private func broadName(_ handler: ExceptHandler) -> String? {
        guard let type = handler.type else { return "except:" }
        let types = if case .tuple(let values, _) = tree[type] { Array(tree[values]) } else { [type] }
        for type in types {
            guard case .name(let name, _) = tree[type] else { continue }
            let text = tree.string(name)
            if text == "Exception" || text == "BaseException" { return "except \(text)" }
        }
        return nil
    }

    private func endsInRaise(_ body: NodeElements<StatementID>) -> Bool {
        guard let last = body.last, case .raise = tree[last] else { return false }
        return true
    }
}
