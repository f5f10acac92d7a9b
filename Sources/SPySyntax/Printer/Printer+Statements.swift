extension Printer {
    mutating func write(_ id: StatementID) {
        switch tree[id] {
        case .if: writeIf(id)
        case .while(let test, let body, let otherwise):
            begin("while ")
            write(test)
            writeBlock(body)
            writeElse(otherwise)
        case .for(let loop): writeFor(loop)
        case .with(let items, let body, let isAsync): writeWith(items, body, isAsync)
        case .match(let subject, let cases): writeMatch(subject, cases)
        case .try(let statement): writeTry(statement)
        case .functionDefinition(let function): writeFunction(function)
        case .classDefinition(let definition): writeClass(definition)
        default:
            begin("")
            writeSimple(id)
            end()
        }
    }

    private mutating func writeSimple(_ id: StatementID) {
        switch tree[id] {
        case .expression(let value): write(value)
        case .assignment(let targets, let value):
            for target in tree[targets] {
                writeElement(target)
                put(" = ")
            }
            write(value)
        case .augmentedAssignment(let target, let operation, let value):
            write(target)
            put(" \(operation.symbol)= ")
            write(value)
        case .annotatedAssignment(let target, let annotation, let value, let isSimple):
            writeAnnotated(target, annotation, value, isSimple)
        case .return(let value): writeKeyword("return", value)
        case .delete(let targets):
            put("del ")
            writeList(targets)
        case .break: put("break")
        case .continue: put("continue")
        case .raise(let exception, let cause):
            writeKeyword("raise", exception)
            if let cause { writeKeyword(" from", cause) }
        case .assert(let test, let message):
            writeKeyword("assert", test)
            if let message { writeKeyword(",", message) }
        case .importModules(let names):
            put("import ")
            writeImported(names)
        case .importNames(let module, let names, let level):
            put("from " + String(repeating: ".", count: Int(level)))
            if let module { put(dotted(module)) }
            put(" import ")
            writeImported(names)
        case .global(let names): writeNames("global", names)
        case .nonlocal(let names): writeNames("nonlocal", names)
        default: put("pass")
        }
    }

    private mutating func writeKeyword(_ keyword: String, _ value: ExpressionID?) {
        put(keyword)
        guard let value else { return }
        put(" ")
        write(value)
    }

    /// An expression that may be starred.
    private mutating func writeElement(_ id: ExpressionID) {
        if case .starred = tree[id] { write(id, .loose) } else { write(id) }
    }

    private mutating func writeList(_ list: ExpressionList) {
        for (position, id) in tree[list].enumerated() {
            if position > 0 { put(", ") }
            writeElement(id)
        }
    }

    private mutating func writePieces(_ pieces: [Piece]) {
        for piece in pieces {
            switch piece {
            case .text(let text): put(text)
            case .expression(let id, let level): write(id, level)
            }
        }
    }

    private mutating func writeAnnotated(
        _ target: ExpressionID,
        _ annotation: ExpressionID,
        _ value: ExpressionID?,
        _ isSimple: Bool
    ) {
        if !isSimple, case .name = tree[target] {
            put("(")
            write(target)
            put(")")
        } else {
            write(target)
        }
        put(": ")
        write(annotation)
        if let value {
            put(" = ")
            write(value)
        }
    }

    private mutating func writeNames(_ keyword: String, _ names: NameList) {
        put(keyword + " " + tree[names].map(spelling).joined(separator: ", "))
    }

    /// A dotted name in which a part may have to be written in another way.
    private func dotted(_ name: Name) -> String {
        let parts = tree.string(name).split(separator: ".")
        return parts.map { part in tree.name(String(part)).map(spelling) ?? String(part) }.joined(
            separator: "."
        )
    }

    private mutating func writeImported(_ names: ImportedNameList) {
        for (position, imported) in tree[names].enumerated() {
            if position > 0 { put(", ") }
            put(imported.name == NameTable.star ? "*" : dotted(imported.name))
            if let alias = imported.alias { put(" as " + spelling(of: alias)) }
        }
    }

    // MARK: Compound statements

    /// `if` with its chain of `elif`, in a loop.
    private mutating func writeIf(_ first: StatementID) {
        var current = first
        var keyword = "if "
        while case .if(let test, let body, let otherwise) = tree[current] {
            begin(keyword)
            write(test)
            writeBlock(body)
            let rest = tree[otherwise]
            if rest.count == 1, case .if = tree[rest[0]] {
                current = rest[0]
                keyword = "elif "
                continue
            }
            writeElse(otherwise)
            return
        }
    }

    private mutating func writeElse(_ list: StatementList) {
        guard !list.isEmpty else { return }
        begin("else")
        writeBlock(list)
    }

    private mutating func writeFor(_ loop: ForLoop) {
        begin(loop.isAsync ? "async for " : "for ")
        writeElement(loop.target)
        put(" in ")
        write(loop.iterable)
        writeBlock(loop.body)
        writeElse(loop.otherwise)
    }

    private mutating func writeWith(_ items: WithItemList, _ body: StatementList, _ isAsync: Bool) {
        begin(isAsync ? "async with " : "with ")
        let all = tree[items]
        // Parentheses of a lone tuple would be read as those around several items.
        var needsParentheses = false
        if all.count == 1, all[0].target == nil, case .tuple = tree[all[0].context] {
            needsParentheses = true
        }
        if needsParentheses { put("(") }
        for (position, item) in all.enumerated() {
            if position > 0 { put(", ") }
            write(item.context)
            guard let target = item.target else { continue }
            put(" as ")
            writeElement(target)
        }
        if needsParentheses { put(")") }
        writeBlock(body)
    }

    private mutating func writeTry(_ statement: TryStatement) {
        begin("try")
        writeBlock(statement.body)
        for handler in tree[statement.handlers] {
            begin(statement.isGroup ? "except*" : "except")
            if let type = handler.type { writeKeyword("", type) }
            if let name = handler.name { put(" as " + spelling(of: name)) }
            writeBlock(handler.body)
        }
        writeElse(statement.otherwise)
        guard !statement.finally.isEmpty else { return }
        begin("finally")
        writeBlock(statement.finally)
    }

    private mutating func writeDecorators(_ decorators: ExpressionList) {
        for decorator in tree[decorators] {
            begin("@")
            write(decorator)
            end()
        }
    }

    private mutating func writeFunction(_ function: FunctionDefinition) {
        writeDecorators(function.decorators)
        begin(function.isAsync ? "async def " : "def ")
        put(function.name)
        put("(")
        writePieces(parameterPieces(function.parameters))
        put(")")
        if let returns = function.returns { writeKeyword(" ->", returns) }
        writeBlock(function.body)
    }

    private mutating func writeClass(_ definition: ClassDefinition) {
        writeDecorators(definition.decorators)
        begin("class ")
        put(definition.name)
        if !definition.bases.isEmpty || !definition.keywords.isEmpty {
            put("(")
            writePieces(argumentPieces(definition.bases, definition.keywords))
            put(")")
        }
        writeBlock(definition.body)
    }

    // MARK: Match

    private mutating func writeMatch(_ subject: ExpressionID, _ cases: MatchCaseList) {
        begin("match ")
        write(subject)
        put(":")
        end()
        indentation += 1
        for matchCase in tree[cases] {
            begin("case ")
            write(matchCase.pattern, isAlternative: false)
            if let condition = matchCase.guardCondition { writeKeyword(" if", condition) }
            writeBlock(matchCase.body)
        }
        indentation -= 1
    }

    /// A pattern; in parentheses where it would end an alternative of another.
    private mutating func write(_ id: PatternID, isAlternative: Bool) {
        switch tree[id] {
        case .invalid, .wildcard: put("_")
        case .value(let value): write(value)
        case .none: put("None")
        case .boolean(let value): put(value ? "True" : "False")
        case .sequence(let elements):
            put("[")
            writePatterns(elements)
            put("]")
        case .mapping(let items, let rest): writeMapping(items, rest)
        case .typed(let type, let patterns, let keywords): writeTyped(type, patterns, keywords)
        case .star(let name): put("*" + (name.map(spelling) ?? "_"))
        case .capture(let name): put(name)
        case .alias(let pattern, let name):
            if isAlternative { put("(") }
            if case .alias = tree[pattern] {
                write(pattern, isAlternative: true)
            } else {
                write(pattern, isAlternative: false)
            }
            put(" as " + spelling(of: name))
            if isAlternative { put(")") }
        case .alternatives(let list):
            if isAlternative { put("(") }
            for (position, alternative) in tree[list].enumerated() {
                if position > 0 { put(" | ") }
                write(alternative, isAlternative: true)
            }
            if isAlternative { put(")") }
        }
    }

    private mutating func writePatterns(_ list: PatternList) {
        for (position, id) in tree[list].enumerated() {
            if position > 0 { put(", ") }
            write(id, isAlternative: false)
        }
    }

    private mutating func writeMapping(_ items: MappingPatternItemList, _ rest: Name?) {
        put("{")
        let all = tree[items]
        for (position, item) in all.enumerated() {
            if position > 0 { put(", ") }
            write(item.key)
            put(": ")
            write(item.pattern, isAlternative: false)
        }
        if let rest {
            if !all.isEmpty { put(", ") }
            put("**" + spelling(of: rest))
        }
        put("}")
    }

    private mutating func writeTyped(
        _ type: ExpressionID,
        _ patterns: PatternList,
        _ keywords: ClassPatternKeywordList
    ) {
        write(type)
        put("(")
        writePatterns(patterns)
        for (position, keyword) in tree[keywords].enumerated() {
            if position > 0 || !patterns.isEmpty { put(", ") }
            put(spelling(of: keyword.name) + "=")
            write(keyword.pattern, isAlternative: false)
        }
        put(")")
    }
}
