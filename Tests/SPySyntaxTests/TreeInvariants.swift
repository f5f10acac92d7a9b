import SPySyntax

/// What holds for the tree of every text, however broken.
enum TreeInvariants {
    static func violations(in result: ParseResult) -> [String] {
        var violations: [String] = []
        let tree = result.tree
        let limit = UInt32(result.source.utf8.count)
        for diagnostic in result.diagnostics {
            if diagnostic.range.end < diagnostic.range.start || diagnostic.range.end > limit {
                violations.append("diagnostic \(diagnostic.rule) at \(diagnostic.range)")
            }
            if diagnostic.message.isEmpty { violations.append("diagnostic \(diagnostic.rule) says nothing") }
        }
        for index in 0..<UInt32(tree.expressionCount) {
            let id = ExpressionID(rawValue: index)
            check(.expression(id), tree, limit, &violations)
        }
        for index in 0..<UInt32(tree.statementCount) {
            check(.statement(StatementID(rawValue: index)), tree, limit, &violations)
        }
        for index in 0..<UInt32(tree.patternCount) {
            check(.pattern(PatternID(rawValue: index)), tree, limit, &violations)
        }
        return violations
    }

    private static func check(_ node: Node, _ tree: Tree, _ limit: UInt32, _ violations: inout [String]) {
        let range = tree.range(of: node)
        if range.end < range.start || range.end > limit { violations.append("\(node) at \(range)") }
        tree.forEachChild(of: node) { child in
            switch (node, child) {
            case (.expression(let whole), .expression(let part)) where part.rawValue >= whole.rawValue:
                violations.append("\(child) is not before \(node)")
            case (.statement(let whole), .statement(let part)) where part.rawValue >= whole.rawValue:
                violations.append("\(child) is not before \(node)")
            case (.pattern(let whole), .pattern(let part)) where part.rawValue >= whole.rawValue:
                violations.append("\(child) is not before \(node)")
            default: break
            }
        }
    }
}
