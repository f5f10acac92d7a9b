/// Finds what CPython's compiler refuses in a tree that its grammar accepts.
///
/// What can be seen on a node alone is checked in one run over the arenas (``NodeChecker``); what depends on the
/// function, loop or scope around a node is checked by a walk with a stack of its own (``ScopeChecker``). Neither
/// recurses, so that no tree is too deep for them.
enum Checker {
    /// Depth of trees beyond which CPython gives up (measured on 3.11 at about 2,985).
    static let maximumDepth = 2985

    static func check(_ tree: Tree) -> [Diagnostic] {
        var nodes = NodeChecker(tree)
        nodes.run()
        var scopes = ScopeChecker(tree, traits: nodes.traits)
        scopes.run()
        return nodes.diagnostics + scopes.diagnostics
    }
}

/// What a program has of the things that need a closer look.
struct ProgramTraits: OptionSet {
    let rawValue: UInt8
    /// `global` or `nonlocal`.
    static let scopeDeclarations = ProgramTraits(rawValue: 1)
    /// `:=`
    static let assignmentExpressions = ProgramTraits(rawValue: 2)
    /// `yield`, `await`, asynchronous comprehensions.
    static let suspensions = ProgramTraits(rawValue: 4)
    /// `from __future__ import annotations`
    static let postponedAnnotations = ProgramTraits(rawValue: 8)
}
