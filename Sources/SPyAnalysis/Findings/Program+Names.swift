internal import SPySyntax

extension Program {
    /// Names bound and never used, names used and never bound, and names that look like others.
    mutating func checkNames() {
        checkUnused()
        checkUndefined()
        checkLookalikes()
    }

    /// Imports, and names inside of functions: what a module assigns may be read by the run-time or be a fact.
    private mutating func checkUnused() {
        for symbol in symbols where symbol.readCount == 0 && symbol.lastBinding >= 0 {
            let name = tree.string(symbol.name)
            guard !name.hasPrefix("_"), let first = bindings(of: symbols(at: symbol)).reversed().first else {
                continue
            }
            switch first.binding {
            case .module, .member:
                // What is refused need not be warned of.
                if imports[first.detail].isAllowed { report(.unusedImports, at: first.range, name) }
            case .assignment, .walrus, .augmented, .handler, .function, .context:
                guard isInFunction(symbol.scope) else { continue }
                report(.unusedNames, at: first.range, name)
            default: continue
            }
        }
    }

    private func symbols(at symbol: Symbol) -> Int { occurrences[symbol.lastBinding].symbol }

    private func isInFunction(_ scope: Int) -> Bool {
        switch scopes[scope].kind {
        case .function, .lambda: true
        case .module, .classBody, .comprehension: false
        }
    }

    /// A name that the run-time would have to provide is an action when it is called. One that is only read, or nearly
    /// spelt like a name that exists, is more often a mistake.
    private mutating func checkUndefined() {
        var called: Set<Name> = []
        var seen: Set<Name> = []
        var actions: [(occurrence: Occurrence, text: String)] = []
        for occurrence in occurrences where isAction(occurrence) {
            if occurrence.use.contains(.called) { called.insert(occurrence.name) }
            guard seen.insert(occurrence.name).inserted else { continue }
            actions.append((occurrence, tree.string(occurrence.name)))
        }
        guard !actions.isEmpty else { return }
        let spelling = Spelling(symbols.map { tree.string($0.name) }, for: actions.map(\.text))
        for (occurrence, name) in actions {
            if let close = spelling.close(to: name) ?? Spelling.builtins.close(to: name) {
                report(.undefinedNames, at: occurrence.range, name, "Did you mean '\(close)'?")
            } else if !called.contains(occurrence.name) {
                report(.undefinedNames, at: occurrence.range, name, "The run-time would have to provide it.")
            }
        }
    }

    /// Whether a name is one that the run-time has to provide.
    func isAction(_ occurrence: Occurrence) -> Bool {
        guard occurrence.symbol < 0, occurrence.action == .read || occurrence.action == .update else {
            return false
        }
        return names[occurrence.name].isDisjoint(with: [.isBuiltin, .isDunder])
    }

    private mutating func checkLookalikes() {
        let isForeign = (0..<tree.nameCount).map {
            tree.string(Name(rawValue: UInt32($0))).utf8.contains { $0 >= 0x80 }
        }
        guard isForeign.contains(true) else { return }
        var seen: Set<Name> = []
        for occurrence in occurrences
        where isForeign[occurrence.name.index] && seen.insert(occurrence.name).inserted {
            let name = tree.string(occurrence.name)
            guard let twin = Lookalikes.latin(name) else { continue }
            guard Builtins.contains(twin) || tree.name(twin) != nil || Identifier.isDunder(twin) else {
                continue
            }
            report(.lookalikes, at: occurrence.range, name, twin)
        }
    }
}
