internal import SPySyntax

extension Program {
    func actions() -> [Action] {
        var found: [(name: Name, calls: [SourceRange], mentions: [SourceRange])] = []
        var places = Array(repeating: -1, count: tree.nameCount)
        for occurrence in occurrences where isAction(occurrence) {
            if places[occurrence.name.index] < 0 {
                places[occurrence.name.index] = found.count
                found.append((occurrence.name, [], []))
            }
            let place = places[occurrence.name.index]
            if occurrence.use.contains(.called) {
                found[place].calls.append(occurrence.range)
            } else {
                found[place].mentions.append(occurrence.range)
            }
        }
        return found.map { Action(name: tree.string($0.name), calls: $0.calls, mentions: $0.mentions) }
    }

    func moduleUses() -> [ModuleUse] {
        var order: [String] = []
        var places: [String: [SourceRange]] = [:]
        var members: [String: Set<String>] = [:]
        for item in imports {
            if places[item.module] == nil { order.append(item.module) }
            places[item.module, default: []].append(item.range)
            if let member = item.member { members[item.module, default: []].insert(member) }
        }
        for occurrence in occurrences where occurrence.symbol >= 0 {
            guard let attribute = occurrence.attribute else { continue }
            let symbol = symbols[occurrence.symbol]
            guard symbol.moduleImport >= 0 else { continue }
            members[imports[symbol.moduleImport].module, default: []].insert(tree.string(attribute))
        }
        return order.map { name in
            ModuleUse(name: name, imports: places[name] ?? [], members: (members[name] ?? []).sorted())
        }
    }

    func callGraph() -> CallGraph {
        var graph = CallGraph(functionCount: functions.count)
        for occurrence in occurrences where occurrence.action == .read {
            guard let callee = callee(of: occurrence) else { continue }
            let range =
                occurrence.use.contains(.called)
                ? occurrence.range : occurrence.range.union(occurrence.attributeRange)
            graph.add(caller: scopes[occurrence.scope].function, callee, at: range)
        }
        return graph
    }

    private func callee(of occurrence: Occurrence) -> CallGraph.Callee? {
        if occurrence.use.contains(.memberCalled), let attribute = occurrence.attribute,
            occurrence.symbol >= 0
        {
            let symbol = symbols[occurrence.symbol]
            guard symbol.moduleImport >= 0 else { return nil }
            return .member(module: imports[symbol.moduleImport].module, name: tree.string(attribute))
        }
        guard occurrence.use.contains(.called) else { return nil }
        guard occurrence.symbol >= 0 else {
            let name = tree.string(occurrence.name)
            return isAction(occurrence) ? .action(name) : .builtin(name)
        }
        let symbol = symbols[occurrence.symbol]
        if symbol.memberImport >= 0, let member = imports[symbol.memberImport].member {
            return .member(module: imports[symbol.memberImport].module, name: member)
        }
        guard symbol.lastBinding >= 0, occurrences[symbol.lastBinding].binding == .function else {
            return nil
        }
        return .function(occurrences[symbol.lastBinding].detail)
    }
}
