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
        var isBuiltin: [Bool?] = Array(repeating: nil, count: tree.nameCount)
        for (fact, name) in callees where !isDefined(token(of: name).hash, in: facts[fact].scope) {
            let known = isBuiltin[name.index] ?? Builtins.contains(tree.string(name))
            isBuiltin[name.index] = known
            facts[fact].isDerived = !known
        }
    }

    private func isDefined(_ name: UInt64, in scope: Int) -> Bool {
        var scope = scope
        while !scopes[scope].bound.contains(name) {
            guard scope > 0 else { return false }
            scope = scopes[scope].parent
        }
        return true
    }

    /// Numbers the facts that have the same scope, kind and expression.
    mutating func countEquals() {
        var paths: [String: UInt64] = [:]
        let scopeNumbers = scopes.map { scope in
            let number = paths[scope.path] ?? UInt64(paths.count)
            paths[scope.path] = number
            return number
        }
        // Equal ones side by side, in the order of the text: a name may stand behind facts of lines before it.
        var order = facts.indices.map { index in
            let fact = facts[index]
            let identity = StructureHash.of(scopeNumbers[fact.scope], UInt64(fact.kind.rawValue), fact.hash)
            return (identity: identity, fact: index)
        }
        order.sort { $0 < $1 }
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, order[end].identity == order[start].identity { end += 1 }
            for place in start..<end {
                facts[order[place].fact].ordinal = place - start
                facts[order[place].fact].equals = end - start
            }
            start = end
        }
    }
}
