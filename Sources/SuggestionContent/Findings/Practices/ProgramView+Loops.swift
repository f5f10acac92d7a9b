internal import SPySyntax

extension ProgramView {
    /// Whether a loop compares something with a number or a limit, in its condition or to leave.
    func isBounded(_ loop: Loop) -> Bool {
        if hasOrder(loop.test) { return true }
        return statements(in: loop.body).contains { id in
            guard case .if(let test, let body, _) = tree[id], hasOrder(test) else { return false }
            return statements(in: body).contains {
                switch tree[$0] {
                case .break, .return, .raise: true
                default: false
                }
            }
        }
    }

    /// Whether an expression has a `<`, `<=`, `>` or `>=`.
    private func hasOrder(_ id: ExpressionID) -> Bool {
        var work = [id]
        while let current = work.popLast() {
            if case .comparison(_, let rest) = tree[current],
                tree[rest].contains(where: {
                    [.less, .lessOrEqual, .greater, .greaterOrEqual].contains($0.comparison)
                })
            {
                return true
            }
            tree.forEachChild(of: .expression(current)) {
                if case .expression(let part) = $0 { work.append(part) }
            }
        }
        return false
    }

    /// Whether a loop has a `try` around actions whose handlers go on with the next round.
    func isRetry(_ index: Int) -> Bool {
        tries.contains { item in
            guard item.loop == index, !tree[item.statement.handlers].isEmpty else { return false }
            return tree[item.statement.handlers].contains { handler in
                !statements(in: handler.body).contains {
                    switch tree[$0] {
                    case .break, .return, .raise: true
                    default: false
                    }
                }
            }
        }
    }

    /// What is compared with a literal by `==` or `in`, as text.
    func comparedSubject(_ test: ExpressionID) -> String? {
        guard case .comparison(let first, let rest) = tree[test], tree[rest].count == 1,
            let comparand = tree[rest].first,
            [.equal, .in].contains(comparand.comparison)
        else { return nil }
        switch tree[comparand.value] {
        case .constant, .tuple, .set, .list: return tree.printed(first)
        default: return nil
        }
    }
}
