internal import SPySyntax

/// Takes a program apart: one pass over the tree in the order of evaluation.
///
/// The tree may nest without bound, so the walk keeps its own stack: handling a node schedules its parts, in order,
/// before everything that is scheduled already.
struct Walk {
    var program: Program
    let tree: Tree
    var work: [Work] = []
    /// What the node at hand has scheduled so far.
    var scheduled: [Work] = []
    var scope = 0
    /// How deep control structures stand in each other, for each function under way.
    var nesting = [0]
    /// Symbols by scope and name.
    var symbolIndex: [SymbolKey: Int] = [:]
    var names: NameTable { program.names }

    struct SymbolKey: Hashable {
        let scope: Int
        let name: Name
    }

    /// Something still to be done.
    enum Work {
        case statement(StatementID, blockEnd: UInt32)
        case expression(ExpressionID, Occurrence.Use)
        /// An expression that decides something.
        case test(ExpressionID)
        /// An expression that is assigned to or deleted; the detail is that of the occurrence.
        case target(ExpressionID, Occurrence.Binding, detail: Int)
        case pattern(PatternID)
        case event(Event)
        case bind(Name, SourceRange, Occurrence.Binding, detail: Int)
        case unbind(Name, SourceRange)
        case enter(Int), leave
        case nest, unnest
        /// A part of a loop or a `try` statement begins or ends here.
        case loopMark(Int, Loop.Part, isEnd: Bool)
        case tryMark(Int, TryBlock.Part, isEnd: Bool)
    }

    init(_ source: SourceText, _ tree: Tree) {
        self.tree = tree
        program = Program(
            source: source,
            tree: tree,
            names: NameTable(tree),
            occurrenceOfExpression: Array(repeating: -1, count: tree.expressionCount)
        )
        program.occurrences.reserveCapacity(tree.expressionCount / 2)
        program.events.reserveCapacity(tree.expressionCount + tree.statementCount)
    }

    /// Takes a program apart. Names are not resolved yet.
    static func run(_ source: SourceText, _ tree: Tree) -> Program {
        var walk = Walk(source, tree)
        let all = SourceRange(start: 0, end: UInt32(source.utf8.count))
        walk.program.scopes.append(Scope(kind: .module, parent: 0, function: 0, frame: 0))
        walk.program.functions.append(Program.Function(name: nil, parent: 0, range: all, nameRange: all))
        walk.program.events.append(.scopeBegin(0))
        walk.schedule(tree.body)
        walk.flush()
        while let next = walk.work.popLast() {
            walk.step(next)
            walk.flush()
        }
        walk.program.events.append(.scopeEnd(0))
        return walk.program
    }

    private mutating func flush() {
        guard !scheduled.isEmpty else { return }
        for item in scheduled.reversed() { work.append(item) }
        scheduled.removeAll(keepingCapacity: true)
    }

    private mutating func step(_ next: Work) {
        switch next {
        case .statement(let id, let blockEnd):
            program.events.append(.statement(id, blockEnd: blockEnd))
            visit(id)
        case .expression(let id, let use): visit(id, use)
        case .test(let id): decide(id)
        case .target(let id, let binding, let detail): assign(id, binding, detail)
        case .pattern(let id): visit(id)
        case .event(let event): program.events.append(event)
        case .bind(let name, let range, let binding, let detail): bind(name, range, binding, detail: detail)
        case .unbind(let name, let range): unbind(name, range)
        case .enter(let index):
            if program.scopes[index].function != program.scopes[scope].function { nesting.append(0) }
            scope = index
            program.events.append(.scopeBegin(index))
        case .leave:
            program.events.append(.scopeEnd(scope))
            let parent = program.scopes[scope].parent
            if program.scopes[parent].function != program.scopes[scope].function { nesting.removeLast() }
            scope = parent
        case .nest: nesting[nesting.count - 1] += 1
        case .unnest: nesting[nesting.count - 1] -= 1
        case .loopMark(let index, let part, let isEnd):
            program.loops[index].mark(part, isEnd, at: program.occurrences.count)
        case .tryMark(let index, let part, let isEnd):
            program.tries[index].mark(part, isEnd, at: program.occurrences.count)
        }
    }

    mutating func schedule(_ item: Work) { scheduled.append(item) }

    mutating func schedule(_ event: Event) { scheduled.append(.event(event)) }

    mutating func schedule(_ block: StatementList) {
        let statements = tree[block]
        guard let last = statements.last else { return }
        let end = tree.range(of: last).end
        for id in statements { scheduled.append(.statement(id, blockEnd: end)) }
    }

    mutating func schedule(_ values: ExpressionList, _ use: Occurrence.Use = []) {
        for id in tree[values] { scheduled.append(.expression(id, use)) }
    }

    mutating func schedule(_ value: ExpressionID?, _ use: Occurrence.Use = []) {
        if let value { scheduled.append(.expression(value, use)) }
    }

    mutating func count(_ id: ExpressionID) {
        program.nodeCount += 1
        if program.nodeCount == Limits.nodes + 1 { program.nodeLimitRange = tree.range(of: id) }
    }

    mutating func count(_ id: StatementID) {
        program.nodeCount += 1
        if program.nodeCount == Limits.nodes + 1 { program.nodeLimitRange = tree.range(of: id) }
    }

    mutating func count(_ id: PatternID) {
        program.nodeCount += 1
        if program.nodeCount == Limits.nodes + 1 { program.nodeLimitRange = tree.range(of: id) }
    }

    /// One more way through the function at hand.
    mutating func addDecision(cyclomatic: Int = 1, cognitive: Int) {
        let function = program.scopes[scope].function
        program.functions[function].cyclomatic += cyclomatic
        program.functions[function].cognitive += cognitive
    }

    /// What a control structure costs a reader where it stands.
    var structureCost: Int { 1 + nesting[nesting.count - 1] }
}
