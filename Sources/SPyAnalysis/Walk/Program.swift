internal import SPySyntax

/// A program taken apart: scopes, names and the tape of what happens, with the findings made on the way.
struct Program {
    let source: SourceText
    let tree: Tree
    let names: NameTable
    var scopes: [Scope] = []
    var symbols: [Symbol] = []
    var occurrences: [Occurrence] = []
    var events: [Event] = []
    /// The module is the first.
    var functions: [Function] = []
    var imports: [Import] = []
    var loops: [Loop] = []
    var tries: [TryBlock] = []
    /// Attributes `.format` and `.format_map`.
    var formats: [FormatUse] = []
    /// The occurrence that an expression is, where it is a name; -1 otherwise.
    var occurrenceOfExpression: [Int32]
    /// Statements, expressions and patterns that belong to the program.
    var nodeCount = 0
    /// Where the first part beyond the limit stands.
    var nodeLimitRange: SourceRange?
    var diagnostics: [Diagnostic] = []

    /// A function definition, or the module.
    struct Function {
        /// Nothing for the module.
        let name: Name?
        /// Index of the function around it.
        let parent: Int
        let range: SourceRange
        let nameRange: SourceRange
        var parameters: [Name] = []
        var statementCount = 0
        var cyclomatic = 1
        var cognitive = 0
    }

    /// A place where a value's `format` or `format_map` is taken.
    struct FormatUse {
        let receiver: ExpressionID
        let attribute: Name
        let range: SourceRange
    }

    /// Whether the name a symbol stands for is bound by an import of a module anywhere.
    func bindings(of symbol: Int) -> some Sequence<Occurrence> {
        sequence(state: symbols[symbol].lastBinding) { index -> Occurrence? in
            guard index >= 0 else { return nil }
            let occurrence = occurrences[index]
            index = occurrence.previousBinding
            return occurrence
        }
    }

    /// The dotted path of a function, `outer.inner`; empty for the module.
    func path(of function: Int) -> String {
        var parts: [String] = []
        var index = function
        while let name = functions[index].name {
            parts.append(tree.string(name))
            index = functions[index].parent
        }
        return parts.reversed().joined(separator: ".")
    }

    mutating func report(_ description: RuleDescription, at range: SourceRange, _ words: String...) {
        diagnostics.append(description.diagnostic(at: range, words))
    }

    /// Reports a name, and what it is written as where Python's normalisation made another one of it.
    mutating func report(_ description: RuleDescription, name: String, at range: SourceRange) {
        let diagnostic = description.diagnostic(at: range, [name])
        let written = source.text(in: range)
        guard written != name, written.utf8.contains(where: { $0 >= 0x80 }) else {
            diagnostics.append(diagnostic)
            return
        }
        diagnostics.append(
            Diagnostic(
                diagnostic.rule,
                severity: diagnostic.severity,
                at: range,
                "\(diagnostic.message) Python reads '\(written)' as '\(name)'.",
                hint: diagnostic.hint
            )
        )
    }
}
