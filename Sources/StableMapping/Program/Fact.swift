internal import SPySyntax

/// One fact of a program: an expression that a key of a mapping can name.
struct Fact {
    let scope: Int
    let kind: FactKind
    /// Hash of the expression, for names that of the name.
    let hash: UInt64
    /// The expression; of a name where it is assigned or declared first.
    let expression: Source
    /// The line that it stands in; of a name the one that assigns it first.
    var line: Int
    /// Whether it gets an ID without being asked for: what the program establishes.
    var isDerived: Bool
    /// Its place among the equal expressions of its scope's path, from 0.
    var ordinal = 0
    /// How many equal expressions there are, this one too.
    var equals = 1
    /// Whether it is the condition or the returned value of its statement, and not somewhere inside.
    let isPrincipal: Bool
    var range: SourceRange

    enum Source {
        case name(Name)
        case expression(ExpressionID)
    }
}

/// A function, or the module: what has names of its own.
struct Scope {
    /// Dotted names of the functions around and its own; empty for the module.
    let path: String
    /// Hash of its own name; 0 for the module.
    let name: UInt64
    /// The scope around it; the module's own for the module.
    let parent: Int
    /// The line of its `def`; -1 for the module.
    let line: Int
    /// Names that mean something of the program's own here, as hashes of their tokens.
    var bound: Set<UInt64> = []
}

extension [Scope] {
    /// A scope and those around it, from the inside out: where a name is looked for.
    func path(from scope: Int) -> some Sequence<Int> {
        sequence(first: scope) { $0 == 0 ? nil : self[$0].parent }
    }
}

/// The head of a statement, an `except` or a `case`: what stands in front of the blocks.
struct Line {
    let kind: Kind
    let scope: Int
    /// The line whose block it stands in, of a function's statements the `def`; -1 at the top.
    let parent: Int
    /// Which of the parent's blocks.
    let block: Int
    /// Its tokens among those of the program.
    var tokens = 0..<0
    /// Its facts, among those of all lines.
    var facts = 0..<0
    /// Names that it assigns, among those of all lines.
    var assigned = 0..<0
    /// Hash of the tokens.
    var head: UInt64 = 0
    /// Hash of the tokens and of all lines inside.
    var deep: UInt64 = 0
    /// Hash of all lines inside.
    var inside: UInt64 = 0
    /// Number of tokens, with those of all lines inside.
    var weight = 0
    /// Number of lines with all lines inside, itself too: they follow it directly.
    var lineCount = 1

    enum Kind: UInt64 {
        case expression, assignment, augmented, annotated, `return`, delete, pass, `break`, `continue`, raise,
            assert, `import`, declaration, `if`, `while`, `for`, with, match, matchCase, `try`, handler,
            function, classDefinition, invalid
    }
}
