internal import SPySyntax

extension RuleDescription {
    static let sourceSize = RuleDescription(
        Rule("SPY-L001"),
        "The program has {0} bytes; the limit is \(Limits.sourceBytes).",
        hint: "Split it into several processes, or move data out of the code."
    )
    static let nesting = RuleDescription(
        Rule("SPY-L002"),
        "Brackets and blocks stand {0} deep in each other; the limit is \(Limits.nesting).",
        hint: "Give inner parts names, or move them into functions."
    )
    static let nodes = RuleDescription(
        Rule("SPY-L003"),
        "The program has {0} parts; the limit is \(Limits.nodes).",
        hint: "Split it into several processes, or move data out of the code."
    )

    static let limits: [RuleDescription] = [sourceSize, nesting, nodes]
}

/// How large a program may be.
public enum Limits {
    /// Bytes of source, 1 MiB.
    public static let sourceBytes = 1 << 20
    /// How deep brackets and blocks may stand in each other.
    public static let nesting = 100
    /// Statements, expressions and patterns together.
    public static let nodes = 50_000
    /// The cognitive complexity from which on a function gets a warning.
    public static let cognitiveComplexity = 25
}
