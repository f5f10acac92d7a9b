import SPySyntax

/// What is asked of the parser for every input, by the tests and by `scripts/fuzz`.
enum FuzzEntry {
    /// Promises that do not hold for an input; a crash says so by itself.
    static func violations(in bytes: [UInt8]) -> [String] {
        let result = parse(bytes)
        var violations = TreeInvariants.violations(in: result)
        for diagnostic in result.diagnostics {
            let position = result.source.position(at: diagnostic.range.start)
            _ = result.source.line(position.line)
        }
        guard result.isValid else { return violations }
        let printed = result.tree.printed()
        let again = parse(printed)
        if !again.isValid {
            violations.append("what is printed is refused: \(again.diagnostics[0].message)\n\(printed)")
        } else if again.tree != result.tree {
            violations.append("what is printed is another program:\n\(printed)")
        }
        return violations
    }
}
