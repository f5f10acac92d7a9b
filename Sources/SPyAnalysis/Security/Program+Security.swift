internal import SPySyntax

extension Program {
    /// The rules that need names to be resolved: builtins, modules, format strings; and characters that hide text.
    mutating func checkSecurity() {
        for occurrence in occurrences where occurrence.action == .read || occurrence.action == .update {
            checkBuiltin(occurrence)
            checkModule(occurrence)
        }
        checkFormats()
        checkHiddenText()
    }

    /// A name that the program does not bind, or binds where a builtin shines through, must not be a forbidden one.
    private mutating func checkBuiltin(_ occurrence: Occurrence) {
        let isLocal = occurrence.symbol >= 0 && !scopes[symbols[occurrence.symbol].scope].fallsBack
        guard !isLocal else { return }
        let traits = names[occurrence.name]
        if traits.contains(.isForbidden) {
            report(.builtins, name: tree.string(occurrence.name), at: occurrence.range)
        } else if occurrence.symbol < 0, traits.contains(.isMissing) {
            report(.missingBuiltins, name: tree.string(occurrence.name), at: occurrence.range)
        }
    }

    /// A module gives what is on its list, and nothing else can be done with it.
    private mutating func checkModule(_ occurrence: Occurrence) {
        guard occurrence.symbol >= 0 else { return }
        let symbol = symbols[occurrence.symbol]
        if symbol.memberImport >= 0, occurrence.use.contains(.memberChanged),
            let attribute = occurrence.attribute
        {
            report(
                .changedMembers,
                at: occurrence.attributeRange,
                tree.string(attribute),
                tree.string(symbol.name)
            )
        }
        guard symbol.moduleImport >= 0 else { return }
        let module = imports[symbol.moduleImport].module
        guard let attribute = occurrence.attribute, !occurrence.use.contains(.memberChanged) else {
            report(.moduleValues, at: occurrence.range, module)
            return
        }
        let member = tree.string(attribute)
        if occurrence.use.contains(.deepMemberChanged) {
            report(.changedMembers, at: occurrence.attributeRange, member, module)
        }
        // What is refused as an import or as an attribute is not refused once more.
        guard AllowedModules.contains(module), !AllowedModules.offers(member, in: module),
            !Identifier.isDunder(member)
        else { return }
        report(.moduleMembers, at: occurrence.attributeRange, module, member, AllowedModules.summary(module))
    }

    private mutating func checkFormats() {
        var constants = ConstantText(self)
        for use in formats {
            guard let format = constants.text(of: use.receiver) else {
                report(.dynamicFormats, at: use.range, tree.string(use.attribute))
                continue
            }
            var seen: Set<Substring> = []
            for attribute in FormatFields.attributes(in: format)
            where Identifier.isDunder(attribute) || Identifier.isFrameAttribute(attribute) {
                guard seen.insert(attribute).inserted else { continue }
                report(.formatAttributes, at: tree.range(of: use.receiver), String(attribute))
            }
        }
    }

    private mutating func checkHiddenText() {
        for place in HiddenText.places(in: source.utf8) {
            let range = SourceRange(start: UInt32(place.offset), end: UInt32(place.offset + 3))
            report(.hiddenText, at: range, "U+" + String(place.code, radix: 16, uppercase: true))
        }
    }
}
