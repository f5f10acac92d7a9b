/// Two scopes that belong together, with what is known of them while their lines are matched.
struct ScopePair {
    let oldScope: Int
    let newScope: Int
    private let oldPositions: [Int: Int]
    private let newPositions: [Int: Int]
    /// Names that only one of the two mentions: each may be another one renamed.
    private(set) var oldOnly: Set<UInt64> = []
    private(set) var newOnly: Set<UInt64> = []

    init(_ matcher: FactMatcher, _ oldScope: Int, _ newScope: Int) {
        self.oldScope = oldScope
        self.newScope = newScope
        oldPositions = ScopePair.positions(matcher.oldLines[oldScope])
        newPositions = ScopePair.positions(matcher.newLines[newScope])
    }

    private static func positions(_ lines: [Int]) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($1, $0) })
    }

    /// Place of a line among those of its scope.
    func oldPosition(_ line: Int) -> Int { oldPositions[line] ?? -2 }

    func newPosition(_ line: Int) -> Int { newPositions[line] ?? -2 }

    /// Whether there can be renamed names.
    var hasRenamed: Bool { !oldOnly.isEmpty && !newOnly.isEmpty }

    /// Finds the names that only one of the two scopes mentions, in its lines or its parameters.
    mutating func findRenamed(_ matcher: FactMatcher) {
        let left = ScopePair.names(matcher.old, matcher.oldLines[oldScope], oldScope)
        let right = ScopePair.names(matcher.new, matcher.newLines[newScope], newScope)
        oldOnly = left.subtracting(right)
        newOnly = right.subtracting(left)
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

    /// A token, or the placeholder for a name that only one side has.
    func abstract(_ token: Token, isOld: Bool) -> UInt64 {
        guard token.isName, (isOld ? oldOnly : newOnly).contains(token.hash) else { return token.hash }
        return Token.placeholder.hash
    }

    /// A line's tokens without the first, which says the statement's kind.
    func abstractTokens(_ program: ProgramFacts, _ line: Int, isOld: Bool) -> [UInt64] {
        program.tokens[program.lines[line].tokens].dropFirst().map { abstract($0, isOld: isOld) }
    }

    /// The hash of a line in which all names that only one side has are the same.
    func abstractHead(_ program: ProgramFacts, _ line: Int, isOld: Bool) -> UInt64 {
        var hash = StructureHash()
        for token in program.tokens[program.lines[line].tokens] { hash.mix(abstract(token, isOld: isOld)) }
        return hash.value
    }
}
