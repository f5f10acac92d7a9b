internal import SPySyntax

extension Walk {
    /// Index of the symbol of a name in a scope, made where it is new.
    mutating func symbol(_ name: Name, in scope: Int) -> Int {
        let key = SymbolKey(scope: scope, name: name)
        if let index = symbolIndex[key] { return index }
        let frame = program.scopes[scope].frame
        let index = program.symbols.count
        program.symbols.append(Symbol(name: name, scope: scope, slot: program.scopes[frame].slotCount))
        program.scopes[frame].slotCount += 1
        program.scopes[scope].symbols.append(index)
        symbolIndex[key] = index
        return index
    }

    mutating func read(
        _ name: Name,
        _ range: SourceRange,
        _ use: Occurrence.Use,
        action: Occurrence.Action = .read,
        expression: ExpressionID? = nil,
        attribute: (name: Name, range: SourceRange)? = nil
    ) {
        check(name, range)
        var occurrence = Occurrence(name: name, range: range, scope: scope, action: action, use: use)
        if let attribute {
            occurrence.attribute = attribute.name
            occurrence.attributeRange = attribute.range
        }
        if let expression {
            program.occurrenceOfExpression[expression.index] = Int32(program.occurrences.count)
        }
        add(occurrence)
    }

    mutating func bind(
        _ name: Name,
        _ range: SourceRange,
        _ binding: Occurrence.Binding,
        detail: Int = -1
    ) {
        check(name, range)
        var occurrence = Occurrence(name: name, range: range, scope: owner(binding), action: .bind)
        occurrence.binding = binding
        occurrence.detail = detail
        addBinding(occurrence)
    }

    mutating func unbind(_ name: Name, _ range: SourceRange) {
        check(name, range)
        var occurrence = Occurrence(name: name, range: range, scope: scope, action: .unbind)
        occurrence.binding = .deletion
        addBinding(occurrence)
    }

    /// A walrus in a comprehension binds in the scope around all comprehensions.
    private func owner(_ binding: Occurrence.Binding) -> Int {
        guard binding == .walrus else { return scope }
        var owner = scope
        while case .comprehension = program.scopes[owner].kind { owner = program.scopes[owner].parent }
        return owner
    }

    private mutating func addBinding(_ occurrence: Occurrence) {
        var occurrence = occurrence
        let place = program.scopes[occurrence.scope]
        let isGlobal = place.globals.contains(occurrence.name)
        // At module level a builtin shines through as long as the name has no value of the program's.
        if isGlobal || place.fallsBack, names[occurrence.name].contains(.isForbidden) {
            program.report(.builtins, name: tree.string(occurrence.name), at: occurrence.range)
        }
        if isGlobal {
            occurrence.symbol = symbol(occurrence.name, in: 0)
        } else if !place.nonlocals.contains(occurrence.name) {
            occurrence.symbol = symbol(occurrence.name, in: occurrence.scope)
        }
        if occurrence.symbol >= 0 {
            occurrence.previousBinding = program.symbols[occurrence.symbol].lastBinding
            program.symbols[occurrence.symbol].lastBinding = program.occurrences.count
            program.symbols[occurrence.symbol].bindingCount += 1
            switch occurrence.binding {
            case .module: addModule(occurrence)
            case .member: program.symbols[occurrence.symbol].memberImport = occurrence.detail
            default: break
            }
        }
        add(occurrence)
    }

    /// A name that stood for one module or the other could take from one what only the other may give.
    private mutating func addModule(_ occurrence: Occurrence) {
        let before = program.symbols[occurrence.symbol].moduleImport
        program.symbols[occurrence.symbol].moduleImport = occurrence.detail
        guard before >= 0, program.imports[before].module != program.imports[occurrence.detail].module else {
            return
        }
        let name = tree.string(occurrence.name)
        program.report(.ambiguousModules, at: occurrence.range, name, program.imports[before].module)
    }

    private mutating func add(_ occurrence: Occurrence) {
        program.events.append(.occurrence(program.occurrences.count))
        program.occurrences.append(occurrence)
    }

    /// Refuses dunder names, wherever a name can stand.
    mutating func check(_ name: Name, _ range: SourceRange) {
        // `__import__` is a forbidden builtin.
        guard names[name].contains(.isDunder), !names[name].contains(.isForbidden) else { return }
        program.report(.dunderNames, name: tree.string(name), at: range)
    }

    /// Refuses attributes that lead out of a program, wherever an attribute can be named.
    mutating func checkAttribute(_ name: Name, _ range: SourceRange) {
        let traits = names[name]
        if traits.contains(.isFrameAttribute) {
            program.report(.frameAttributes, name: tree.string(name), at: range)
        } else if traits.contains(.isDunder) {
            program.report(.dunderAttributes, name: tree.string(name), at: range)
        }
    }

    /// The identifier that ends at an offset.
    func identifier(endingAt end: UInt32) -> SourceRange {
        let bytes = program.source.utf8
        var start = Int(end)
        while start > 0, isIdentifierByte(bytes[start - 1]) { start -= 1 }
        return SourceRange(start: UInt32(start), end: end)
    }

    /// The identifier before `=` before an offset; the place itself where comments stand between.
    func identifier(assignedBefore start: UInt32) -> SourceRange {
        let bytes = program.source.utf8
        var end = Int(start)
        while end > 0, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x3D { end -= 1 }
        let found = identifier(endingAt: UInt32(end))
        return found.count > 0 ? found : SourceRange(start: start, end: start + 1)
    }

    private func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...: true
        default: false
        }
    }
}
