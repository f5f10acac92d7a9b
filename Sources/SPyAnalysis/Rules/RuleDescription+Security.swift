internal import SPySyntax

extension RuleDescription {
    static let imports = RuleDescription(
        Rule("SPY-X001"),
        "SPy programs may not import '{0}'.",
        hint: "There are \(AllowedModules.names.joined(separator: ", ")); anything else has to be an action."
    )
    static let builtins = RuleDescription(
        Rule("SPY-X002"),
        "SPy programs may not use '{0}'.",
        hint:
            "It reaches out of the program. Outside of functions the name itself is taken too; choose another one."
    )
    static let dunderNames = RuleDescription(
        Rule("SPY-X003"),
        "SPy programs may not use the name '{0}'.",
        hint: "Names with two underscores on both sides belong to Python's inside; choose another one."
    )
    static let dunderAttributes = RuleDescription(
        Rule("SPY-X004"),
        "SPy programs may not use the attribute '{0}'.",
        hint: "Attributes with two underscores on both sides belong to Python's inside."
    )
    static let frameAttributes = RuleDescription(
        Rule("SPY-X005"),
        "SPy programs may not use the attribute '{0}'.",
        hint: "It leads from a value to the code and the variables of the interpreter."
    )
    static let formatAttributes = RuleDescription(
        Rule("SPY-X006"),
        "SPy format strings may not use the attribute '{0}'.",
        hint: "Write what is wanted as an expression in an f-string."
    )
    static let dynamicFormats = RuleDescription(
        Rule("SPY-X007"),
        "'.{0}' needs a string literal before it, so that its fields can be checked.",
        hint: "Use an f-string, or '%', or a name that is given one string literal and nothing else."
    )
    static let moduleMembers = RuleDescription(
        Rule("SPY-X008"),
        "SPy's module '{0}' has no '{1}'.",
        hint: "'{0}' offers {2}."
    )
    static let moduleValues = RuleDescription(
        Rule("SPY-X009"),
        "The module '{0}' can only be used as '{0}.name'.",
        hint: "Modules cannot be passed on, stored, compared or changed; name the function that is needed."
    )
    static let hiddenText = RuleDescription(
        Rule("SPY-X010"),
        "The character {0} changes how the program is displayed, not what it does.",
        hint: "Remove it; inside a string write it as an escape."
    )
    static let changedMembers = RuleDescription(
        Rule("SPY-X011"),
        "'{0}' of '{1}' cannot be changed.",
        hint: "What a module offers is shared by all programs; keep data in dictionaries or lists."
    )
    static let ambiguousModules = RuleDescription(
        Rule("SPY-X012"),
        "'{0}' stands for the module '{1}' already.",
        hint: "Import the other module under another name, so that what it offers can be checked."
    )

    static let security: [RuleDescription] = [
        imports, builtins, dunderNames, dunderAttributes, frameAttributes, formatAttributes, dynamicFormats,
        moduleMembers, moduleValues, hiddenText, changedMembers, ambiguousModules,
    ]
}
