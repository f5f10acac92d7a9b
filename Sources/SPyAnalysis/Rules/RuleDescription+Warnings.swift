internal import SPySyntax

extension RuleDescription {
    static let unusedNames = RuleDescription(
        Rule("SPY-W001"),
        "'{0}' is never used.",
        hint: "Remove it, or begin its name with '_' where it has to be there."
    )
    static let unusedImports = RuleDescription(
        Rule("SPY-W002"),
        "'{0}' is imported and never used.",
        hint: "Remove the import."
    )
    static let possiblyUndefined = RuleDescription(
        Rule("SPY-W003"),
        "'{0}' may have no value here.",
        hint: "Give it a value on every way that leads here."
    )
    static let readTooEarly = RuleDescription(
        Rule("SPY-W004"),
        "'{0}' has no value here yet.",
        hint: "Give it a value before this place."
    )
    static let undefinedNames = RuleDescription(
        Rule("SPY-W005"),
        "'{0}' is not defined in this program.",
        hint: "{1}"
    )
    static let unreachable = RuleDescription(
        Rule("SPY-W006"),
        "This is never reached.",
        hint: "Remove it, or change what comes before it."
    )
    static let endlessLoops = RuleDescription(
        Rule("SPY-W007"),
        "This loop has no way out.",
        hint: "{0}"
    )
    static let broadExcepts = RuleDescription(
        Rule("SPY-W008"),
        "'{0}' catches every mistake, those in the program too.",
        hint: "Name the exceptions that are expected here, or raise again at the end."
    )
    static let silentExcepts = RuleDescription(
        Rule("SPY-W009"),
        "This exception is dropped without a trace.",
        hint: "Act on it, or record that it happened."
    )
    static let mutableDefaults = RuleDescription(
        Rule("SPY-W010"),
        "All calls share this default of '{0}'.",
        hint: "Use 'None' as default and make the value in the function."
    )
    static let finallyExits = RuleDescription(
        Rule("SPY-W011"),
        "'{0}' in 'finally' drops the exception that is under way.",
        hint: "Move it behind the 'try' statement."
    )
    static let unseededRandom = RuleDescription(
        Rule("SPY-W012"),
        "'{0}' is used without a seed.",
        hint: "Call 'random.seed(…)' first or use 'random.Random(…)', so that a run can be repeated."
    )
    static let tupleAsserts = RuleDescription(
        Rule("SPY-W013"),
        "This assertion always holds, because a tuple with something in it is true.",
        hint: "Remove the parentheses."
    )
    static let literalIdentity = RuleDescription(
        Rule("SPY-W014"),
        "'{0}' asks for the same object, which a literal never promises.",
        hint: "Use '{1}'."
    )
    static let lookalikes = RuleDescription(
        Rule("SPY-W015"),
        "'{0}' looks like '{1}' and is another name.",
        hint: "It has letters of another alphabet; write it with Latin ones."
    )
    static let complexity = RuleDescription(
        Rule("SPY-W016"),
        "'{0}' is hard to follow: its cognitive complexity is {1}.",
        hint: "Split it; up to \(Limits.cognitiveComplexity) is usual."
    )

    static let warnings: [RuleDescription] = [
        unusedNames, unusedImports, possiblyUndefined, readTooEarly, undefinedNames, unreachable,
        endlessLoops,
        broadExcepts, silentExcepts, mutableDefaults, finallyExits, unseededRandom, tupleAsserts,
        literalIdentity,
        lookalikes, complexity,
    ]
}
