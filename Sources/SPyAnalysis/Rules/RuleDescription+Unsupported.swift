internal import SPySyntax

extension RuleDescription {
    static let classes = RuleDescription(
        Rule("SPY-U001"),
        "SPy has no classes.",
        hint: "Write functions, and keep data in dictionaries, lists or named tuples."
    )
    static let decorators = RuleDescription(
        Rule("SPY-U002"),
        "SPy has no decorators.",
        hint: "Call the function that '@' would call."
    )
    static let asynchronous = RuleDescription(
        Rule("SPY-U003"),
        "SPy has no 'async {0}'.",
        hint: "Leave 'async' out: an action is called like a function, and the run-time waits for it."
    )
    static let awaiting = RuleDescription(
        Rule("SPY-U004"),
        "SPy has no 'await'.",
        hint: "Leave 'await' out: an action is called like a function, and the run-time waits for it."
    )
    static let yielding = RuleDescription(
        Rule("SPY-U005"),
        "SPy has no '{0}'.",
        hint: "Return a list, or write a generator expression."
    )
    static let contexts = RuleDescription(
        Rule("SPY-U006"),
        "SPy has no 'with'.",
        hint: "Use 'try' and 'finally'."
    )
    static let globals = RuleDescription(
        Rule("SPY-U007"),
        "SPy has no 'global'.",
        hint: "Take the value as a parameter and return the new one."
    )
    static let nonlocals = RuleDescription(
        Rule("SPY-U008"),
        "SPy has no 'nonlocal'.",
        hint: "Take the value as a parameter and return the new one."
    )
    static let starImports = RuleDescription(
        Rule("SPY-U009"),
        "SPy has no 'import *'.",
        hint: "Name what is needed: 'from {0} import …'."
    )
    static let missingBuiltins = RuleDescription(
        Rule("SPY-U010"),
        "SPy has no '{0}'.",
        hint:
            "It serves classes, 'async' code, the interactive prompt, or kinds of values that SPy leaves out; do without it."
    )
    static let exceptionGroups = RuleDescription(
        Rule("SPY-U011"),
        "SPy has no 'except*'.",
        hint: "Use 'except' without the star."
    )
    static let complexNumbers = RuleDescription(
        Rule("SPY-U012"),
        "SPy has no complex numbers.",
        hint: "Use floats, or decimals where every digit counts."
    )

    static let unsupported: [RuleDescription] = [
        classes, decorators, asynchronous, awaiting, yielding, contexts, globals, nonlocals, starImports,
        missingBuiltins, exceptionGroups, complexNumbers,
    ]
}
