/// Two scopes that belong together, with the names that may have been renamed between them.
struct ScopePair {
    let oldScope: Int
    let newScope: Int
    /// Whether all lines of a function without functions inside are those that it had, each with the same facts.
    let isUnchanged: Bool
    /// Names of the program's own that only one of the two scopes mentions: each may be another one renamed.
    private let oldOnly: Set<UInt64>
    private let newOnly: Set<UInt64>

    /// Compares the names of two scopes, in their lines and their parameters. A name that the program does not define is an
    /// action or a builtin: another one in its place is no renaming.
    init(_ matcher: FactMatcher, _ oldScope: Int, _ newScope: Int) {
        self.oldScope = oldScope
        self.newScope = newScope
        isUnchanged = matcher.byPlaces && matcher.isUnchanged(oldScope, newScope)
        if isUnchanged {
            (oldOnly, newOnly) = ([], [])
            return
        }
        let left = ScopePair.names(matcher.old, matcher.old.scopeLines[oldScope], oldScope)
        let right = ScopePair.names(matcher.new, matcher.new.scopeLines[newScope], newScope)
        oldOnly = ScopePair.defined(left, without: right, matcher.old, oldScope)
        newOnly = ScopePair.defined(right, without: left, matcher.new, newScope)
    }

    private static func defined(
        _ names: Set<UInt64>,
        without others: Set<UInt64>,
        _ program: ProgramFacts,
        _ scope: Int
    ) -> Set<UInt64> {
        var found: Set<UInt64> = []
        for name in names where !others.contains(name) && program.isDefined(name, in: scope) {
            found.insert(name)
        }
        return found
    }

    private static func names(_ program: ProgramFacts, _ lines: [Int], _ scope: Int) -> Set<UInt64> {
        var names: Set<UInt64> = []
        let header = program.scopes[scope].line
        for line in header < 0 ? lines : lines + [header] {
            for token in program.tokens[program.lines[line].tokens] where token.isName {
                names.insert(token.hash)
            }
        }
        return names
    }

    /// Whether there can be renamed names.
    var hasRenamed: Bool { !oldOnly.isEmpty && !newOnly.isEmpty }

    /// Whether a name may be one that was renamed.
    func mayBeRenamed(_ token: Token, isOld: Bool) -> Bool {
        token.isName && (isOld ? oldOnly : newOnly).contains(token.hash)
    }

    /// A token, or the placeholder for a name that may have been renamed.
    func abstract(_ token: Token, isOld: Bool) -> UInt64 {
        mayBeRenamed(token, isOld: isOld) ? Token.placeholder.hash : token.hash
    }

    /// The hash of a line in which all names that may have been renamed are the same.
    func abstractHead(_ program: ProgramFacts, _ line: Int, isOld: Bool) -> UInt64 {
        var hash = StructureHash()
        for token in program.tokens[program.lines[line].tokens] { hash.mix(abstract(token, isOld: isOld)) }
        return hash.value
    }
}
