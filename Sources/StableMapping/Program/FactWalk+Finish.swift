internal import SPySyntax

extension FactWalk {
    /// Hashes of lines with what stands inside, from the last line to the first, so that parts come before wholes.
    mutating func finishLines() {
        var inside = Array(repeating: StructureHash(), count: lines.count)
        for index in lines.indices.reversed() {
            var head = StructureHash()
            for token in tokens[lines[index].tokens] { head.mix(token.hash) }
            lines[index].head = head.value
            lines[index].inside = inside[index].value
            lines[index].deep = StructureHash.of(head.value, inside[index].value)
            lines[index].weight += lines[index].tokens.count
            let parent = lines[index].parent
            guard parent >= 0 else { continue }
            inside[parent].mix(lines[index].deep)
            inside[parent].mix(UInt64(lines[index].block))
            lines[parent].weight += lines[index].weight
            lines[parent].lineCount += lines[index].lineCount
        }
    }

    /// Calls of names that the program does not define are its actions, as `SPyAnalysis` has them.
    mutating func findActions() {
        var isBuiltin: [Name: Bool] = [:]
        for (fact, name) in callees where !isDefined(token(of: name).hash, in: facts[fact].scope) {
            let known = isBuiltin[name] ?? Builtins.contains(tree.string(name))
            isBuiltin[name] = known
            facts[fact].isDerived = !known
        }
    }

    private func isDefined(_ name: UInt64, in scope: Int) -> Bool {
        scopes.path(from: scope).contains { scopes[$0].bound.contains(name) }
    }

    /// Numbers the facts that have the same scope, kind and expression.
    mutating func countEquals() {
        var paths: [String: UInt64] = [:]
        let scopeNumbers = scopes.map { scope in
            let number = paths[scope.path] ?? UInt64(paths.count)
            paths[scope.path] = number
            return number
        }
        // In the order of the text: a name may stand behind facts of lines before it.
        var counts: [UInt64: Int] = [:]
        let identities = facts.map {
            StructureHash.of(scopeNumbers[$0.scope], UInt64($0.kind.rawValue), $0.hash)
        }
        for index in facts.indices {
            facts[index].ordinal = counts[identities[index], default: 0]
            counts[identities[index], default: 0] += 1
        }
        for index in facts.indices { facts[index].equals = counts[identities[index]] ?? 1 }
    }
}
