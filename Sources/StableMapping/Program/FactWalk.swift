internal import SPySyntax

/// Takes a program apart into scopes, lines and facts: one pass over the tree in the order of the text.
///
/// The tree may nest without bound, so the walk keeps its own stack.
struct FactWalk {
    let tree: Tree
    let hashes: StructureHashes
    var scopes: [Scope]
    var lines: [Line] = []
    /// Facts of the lines, and names that they assign, one line's after the other's.
    var lineFacts: [Int] = []
    var lineAssigned: [Int] = []
    var facts: [Fact] = []
    var tokens: [Token] = []
    /// What tokens leave open: which parts a parameter, a function's head or an import has.
    var marks: [UInt8] = []
    /// Calls whose function is a name or a member of one, with that name: actions, where nothing defines it.
    var callees: [(fact: Int, name: Name)] = []
    var work: [Work] = []
    /// What the statement at hand has scheduled so far.
    var scheduled: [Work] = []
    /// Expressions of the line at hand, still to be walked through.
    var pending: [Pending] = []
    private var nameFacts: [NameKey: Int] = [:]
    /// The line at hand.
    var line = -1
    /// The scope of the line at hand.
    var scope = 0

    struct NameKey: Hashable {
        let scope: Int
        let name: Name
    }

    /// A statement or clause still to be walked through.
    enum Work {
        case statement(StatementID, parent: Int, block: Int, scope: Int)
        case handler(ExceptHandler, parent: Int, block: Int, scope: Int)
        case matchCase(MatchCase, parent: Int, block: Int, scope: Int)
    }

    /// A part of an expression or pattern still to be walked through.
    enum Pending {
        case expression(ExpressionID, isInLambda: Bool)
        case target(ExpressionID)
        case pattern(PatternID)
    }

    init(_ tree: Tree) {
        self.tree = tree
        hashes = StructureHashes(tree)
        scopes = [Scope(path: "", name: 0, parent: 0, line: -1)]
        tokens.reserveCapacity(2 * tree.expressionCount)
        lines.reserveCapacity(tree.statementCount)
        facts.reserveCapacity(tree.expressionCount / 2)
        lineFacts.reserveCapacity(tree.expressionCount / 2)
    }

    /// Walks through the whole program.
    mutating func run() {
        schedule(tree.body, parent: -1, block: 0, scope: 0)
        flush()
        while let next = work.popLast() {
            switch next {
            case .statement(let id, let parent, let block, let scope):
                visit(id, parent: parent, block: block, scope: scope)
            case .handler(let handler, let parent, let block, let scope):
                visit(handler, parent: parent, block: block, scope: scope)
            case .matchCase(let matchCase, let parent, let block, let scope):
                visit(matchCase, parent: parent, block: block, scope: scope)
            }
            endLine()
            flush()
        }
        finishLines()
        findActions()
        countEquals()
    }

    private mutating func flush() {
        for item in scheduled.reversed() { work.append(item) }
        scheduled.removeAll(keepingCapacity: true)
    }

    mutating func schedule(_ list: StatementList, parent: Int, block: Int, scope: Int) {
        for id in tree[list] {
            scheduled.append(.statement(id, parent: parent, block: block, scope: scope))
        }
    }

    mutating func begin(_ kind: Line.Kind, parent: Int, block: Int, scope: Int) {
        line = lines.count
        self.scope = scope
        lines.append(Line(kind: kind, scope: scope, parent: parent, block: block))
        lines[line].tokens = tokens.count..<tokens.count
        lines[line].facts = lineFacts.count..<lineFacts.count
        lines[line].assigned = lineAssigned.count..<lineAssigned.count
        put(Token(.statement, kind.rawValue))
    }

    /// What was put since the line at hand began is its own.
    private mutating func endLine() {
        lines[line].tokens = lines[line].tokens.lowerBound..<tokens.count
        lines[line].facts = lines[line].facts.lowerBound..<lineFacts.count
        lines[line].assigned = lines[line].assigned.lowerBound..<lineAssigned.count
    }

    mutating func put(_ token: Token) { tokens.append(token) }

    mutating func put(_ name: Name) {
        put(token(of: name))
    }

    /// A name that means something of the program's own, but is no fact: a function, a module, a target of a comprehension.
    mutating func define(_ name: Name) {
        scopes[scope].bound.insert(token(of: name).hash)
    }

    func token(of name: Name) -> Token { Token(name: hashes.tokens.names[name.index]) }

    /// A name gets a value on this line, or as a parameter.
    mutating func bind(_ name: Name, at range: SourceRange, in scope: Int, isAssigned: Bool = true) {
        scopes[scope].bound.insert(token(of: name).hash)
        let key = NameKey(scope: scope, name: name)
        if let known = nameFacts[key] {
            if isAssigned, !facts[known].isDerived {
                facts[known].isDerived = true
                facts[known].line = line
                facts[known].range = range
                lineFacts.append(known)
            }
            if isAssigned { lineAssigned.append(known) }
            return
        }
        nameFacts[key] = facts.count
        lineFacts.append(facts.count)
        lineAssigned.append(facts.count)
        facts.append(
            Fact(
                scope: scope,
                kind: .name,
                hash: token(of: name).hash,
                expression: .name(name),
                line: line,
                isDerived: isAssigned,
                isPrincipal: false,
                range: range
            )
        )
    }

    /// An expression is a fact, unless it is too long for a key.
    mutating func add(_ kind: FactKind, _ id: ExpressionID, isDerived: Bool, isPrincipal: Bool = false)
        -> Int?
    {
        guard hashes.textSize(of: id) <= MappingLimits.expressionBytes else { return nil }
        lineFacts.append(facts.count)
        facts.append(
            Fact(
                scope: scope,
                kind: kind,
                hash: hashes.hash(of: id),
                expression: .expression(id),
                line: line,
                isDerived: isDerived,
                isPrincipal: isPrincipal,
                range: tree.range(of: id)
            )
        )
        return facts.count - 1
    }
}
