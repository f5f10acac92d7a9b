internal import SPySyntax

extension Program {
    /// Loops that go on for ever: `withoutExit` are those whose condition always holds.
    mutating func checkLoops(withoutExit: [Int], withExit: Set<Int>) {
        for index in withoutExit {
            report(
                .endlessLoops,
                at: loops[index].headRange,
                "Add a 'break' or a 'return', or a condition that can become false."
            )
        }
        let endless = Set(withoutExit)
        for (index, loop) in loops.enumerated() where !endless.contains(index) && !withExit.contains(index) {
            if loop.isWhile {
                guard let names = unchangingNames(of: loop) else { continue }
                let list = names.map { "'\($0)'" }.joined(separator: " or ")
                report(.endlessLoops, at: loop.headRange, "Nothing in it changes \(list).")
            } else if let iterable = endlessIterable(loop.test) {
                report(
                    .endlessLoops,
                    at: loop.headRange,
                    "'\(iterable)' never ends; add a 'break' or a 'return'."
                )
            }
        }
    }

    /// The names of a plain condition where the loop cannot change what they hold.
    private func unchangingNames(of loop: Loop) -> [String]? {
        guard let isNumeric = plainCondition(loop.test) else { return nil }
        var symbols: Set<Int> = []
        var names: [String] = []
        for occurrence in occurrences[loop.condition] {
            guard occurrence.symbol >= 0 else { return nil }
            if symbols.insert(occurrence.symbol).inserted { names.append(tree.string(occurrence.name)) }
        }
        guard !names.isEmpty else { return nil }
        for occurrence in occurrences[loop.body] where symbols.contains(occurrence.symbol) {
            // What is compared with a number is a number, and a number cannot be changed by those that it is given to.
            guard occurrence.action == .read, isNumeric || occurrence.use == .operand else { return nil }
        }
        return names
    }

    /// Whether a condition holds only names, constants, comparisons and arithmetic: nothing where it does not, and
    /// whether it compares with a number by size.
    private func plainCondition(_ test: ExpressionID) -> Bool? {
        var isNumeric = false
        var pending = [test]
        while let next = pending.popLast() {
            switch tree[next] {
            case .name, .constant: break
            case .booleanOperation(_, let values): pending += tree[values]
            case .unaryOperation(_, let value): pending.append(value)
            case .binaryOperation(let left, _, let right): pending += [left, right]
            case .comparison(let first, let rest):
                let values = [first] + tree[rest].map(\.value)
                if next == test, values.count == 2 {
                    isNumeric = isOrdering(tree[rest][0].comparison) && values.contains(where: isNumber)
                }
                pending += values
            default: return nil
            }
        }
        return isNumeric
    }

    private func isOrdering(_ comparison: ComparisonOperator) -> Bool {
        switch comparison {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: true
        case .equal, .notEqual, .is, .isNot, .in, .notIn: false
        }
    }

    private func isNumber(_ id: ExpressionID) -> Bool {
        switch tree[id] {
        case .constant(.integer), .constant(.float), .constant(.bigInteger): true
        default: false
        }
    }

    /// `itertools.count(…)` and its like, as written.
    private func endlessIterable(_ id: ExpressionID) -> String? {
        guard case .call(let function, let arguments, let keywords) = tree[id],
            let (module, member) = importedMember(function), module == "itertools"
        else { return nil }
        let count = tree[arguments].count + tree[keywords].count
        guard member == "count" || member == "cycle" || (member == "repeat" && count == 1) else { return nil }
        return "\(source.text(in: tree.range(of: function)))"
    }

    /// The module and the member that an expression names: `math.floor`, or `floor` after `from math import floor`.
    func importedMember(_ id: ExpressionID) -> (module: String, member: String)? {
        switch tree[id] {
        case .name:
            let index = Int(occurrenceOfExpression[id.index])
            guard index >= 0, occurrences[index].symbol >= 0 else { return nil }
            let symbol = symbols[occurrences[index].symbol]
            guard symbol.memberImport >= 0, let member = imports[symbol.memberImport].member else {
                return nil
            }
            return (imports[symbol.memberImport].module, member)
        case .attribute(let value, let name, _):
            guard case .name = tree[value] else { return nil }
            let index = Int(occurrenceOfExpression[value.index])
            guard index >= 0, occurrences[index].symbol >= 0 else { return nil }
            let symbol = symbols[occurrences[index].symbol]
            guard symbol.moduleImport >= 0 else { return nil }
            return (imports[symbol.moduleImport].module, tree.string(name))
        default: return nil
        }
    }
}
