internal import SPySyntax

extension Program {
    /// Finds the symbol of every name, as Python's compiler does: the innermost scope that binds it, classes being seen
    /// only from their own body.
    ///
    /// One pass over the tape with a stack of symbols for each name, so that the depth of scopes costs nothing.
    mutating func resolveNames() {
        var visible: [[Int]] = Array(repeating: [], count: tree.nameCount)
        var current = 0
        for event in events {
            switch event {
            case .scopeBegin(let index):
                current = index
                for symbol in scopes[index].symbols { visible[symbols[symbol].name.index].append(symbol) }
            case .scopeEnd(let index):
                for symbol in scopes[index].symbols { visible[symbols[symbol].name.index].removeLast() }
                current = scopes[index].parent
            case .occurrence(let index):
                resolve(index, visible[occurrences[index].name.index], from: current)
            default: break
            }
        }
    }

    private mutating func resolve(_ index: Int, _ candidates: [Int], from current: Int) {
        let occurrence = occurrences[index]
        if occurrence.symbol < 0 {
            let isNonlocal = scopes[current].nonlocals.contains(occurrence.name)
            let found =
                scopes[current].globals.contains(occurrence.name)
                ? candidates.first { symbols[$0].scope == 0 }
                : candidates.last { symbol in
                    let scope = symbols[symbol].scope
                    if scope == current { return !isNonlocal }
                    return scopes[scope].isVisibleInside
                }
            guard let found else { return }
            occurrences[index].symbol = found
        }
        if occurrence.action == .read { symbols[occurrences[index].symbol].readCount += 1 }
    }
}
