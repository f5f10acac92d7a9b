public import SPySyntax

/// What is known of a program without running it. A pure value; the same program always gives the same one.
///
/// Made by ``analyze(_:)-(ParseResult)`` and its siblings. Beyond the limits of ``Limits`` only ``diagnostics`` and ``size``
/// are filled; of a program with syntax errors, warnings are left out, as they would judge what was guessed. What ``AnalysisDepth``
/// leaves out is empty.
public struct Analysis: Sendable {
    /// The text that all ranges point into.
    public let source: SourceText
    /// What is wrong with the program and what looks wrong, in the order of the text.
    public let diagnostics: [Diagnostic]
    /// How large the program is.
    public let size: Size
    /// The code outside of functions, as a function without a name.
    public let module: FunctionReport
    /// Functions in the order of the text, those inside of others too.
    public let functions: [FunctionReport]
    /// What the run-time has to provide, in the order of first mention.
    public let actions: [Action]
    /// Modules imported, in the order of first import.
    public let modules: [ModuleUse]
    /// Who calls what, in the order of first call.
    public let calls: [Call]

    /// Whether the program is one that SPy accepts: no diagnostic is an error.
    public var isAccepted: Bool { !diagnostics.contains { $0.severity == .error } }

    /// Measures of a program, those that ``Limits`` limits.
    public struct Size: Hashable, Sendable {
        /// Bytes of source.
        public let bytes: Int
        /// Lines of source.
        public let lines: Int
        /// Statements, expressions and patterns.
        public let nodes: Int
        /// How deep brackets and blocks stand in each other.
        public let nesting: Int
    }
}

/// One function, or the code of a module outside of functions.
public struct FunctionReport: Hashable, Sendable {
    /// Names of the functions around it and its own, `outer.inner`; empty for the module.
    public let path: String
    /// From `def` to the end of its body.
    public let range: SourceRange
    /// Its name.
    public let nameRange: SourceRange
    /// Names of its parameters in the order written.
    public let parameters: [String]
    /// Statements in it, those of functions inside not counted.
    public let statementCount: Int
    /// Independent ways through it: 1, and 1 for each `if`, `elif`, loop, `except`, `case` that may fail, `assert`,
    /// conditional expression, comprehension clause and condition, and operand of `and` and `or` after the first.
    public let cyclomaticComplexity: Int
    /// How hard it is to follow: breaks in the flow, more when they stand in each other; 1 for recursion.
    public let cognitiveComplexity: Int
    /// Whether it calls itself, directly or by others.
    public let isRecursive: Bool
}

/// A name that a program uses and does not define: the run-time provides it.
public struct Action: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Where it is called.
    public let calls: [SourceRange]
    /// Where it is mentioned without a call.
    public let mentions: [SourceRange]
}

/// A module that a program imports.
public struct ModuleUse: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Where it is imported.
    public let imports: [SourceRange]
    /// What the program takes from it, in alphabetical order.
    public let members: [String]
}

/// Calls from one function to one callee.
public struct Call: Hashable, Sendable {
    /// What can be called by a name.
    public enum Callee: Hashable, Sendable {
        /// A function of the program, by its path.
        case function(String)
        /// An action.
        case action(String)
        /// A builtin.
        case builtin(String)
        /// A member of a module.
        case member(module: String, name: String)
    }

    /// Path of the calling function; empty for the module.
    public let caller: String
    /// What is called.
    public let callee: Callee
    /// The names at the places of the calls.
    public let ranges: [SourceRange]
}
