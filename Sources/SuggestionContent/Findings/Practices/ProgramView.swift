internal import SPyAnalysis
internal import SPySyntax

/// A program as the checks of ``BestPractice`` look at it: functions, calls, loops, conditions and handlers
/// in the order of the text, each with what stands around it.
struct ProgramView {
    let tree: Tree
    let source: SourceText
    let analysis: Analysis
    var functions: [Function] = []
    var calls: [Call] = []
    var loops: [Loop] = []
    var branches: [Branch] = []
    var tries: [Try] = []
    /// Those of ``calls`` that call actions.
    private(set) var actionCalls: [Call] = []
    /// Calls by function: its index to theirs.
    private(set) var callsOf: [[Call]] = []
    /// Conditions by function.
    private(set) var branchesOf: [[Branch]] = []
    /// Loops in which an action is called, at any depth.
    private(set) var actingLoops: Set<Int> = []

    /// A function; the first one is the module.
    struct Function {
        let path: String
        let id: StatementID?
        let range: SourceRange
        let nameRange: SourceRange
        let parameters: [String]
        let body: StatementList
        /// How deep blocks stand in each other at the deepest.
        var depth = 0
        var statements = 0
    }

    /// A call of anything with a name.
    struct Call {
        let name: String
        let id: ExpressionID
        let range: SourceRange
        let function: Int
        let isAction: Bool
        /// Whether its value is dropped.
        let isStatement: Bool
        /// The loops around it in its function, from the outside in, as indexes.
        let loops: [Int]
        /// Whether a `try` with handlers is around it, in its body.
        let isGuarded: Bool
        /// Whether it stands in a handler or a `finally`.
        let isCleanup: Bool
        let keywords: [String]
        let arguments: [ExpressionID]
    }

    /// A `for` or `while` loop.
    struct Loop {
        let isWhile: Bool
        let test: ExpressionID
        let range: SourceRange
        let function: Int
        let body: StatementList
        let outer: Int?
    }

    /// An `if` or `elif`.
    struct Branch {
        let id: StatementID
        let test: ExpressionID
        let body: StatementList
        let otherwise: StatementList
        let function: Int
        let isElif: Bool
    }

    /// A `try` statement.
    struct Try {
        let statement: TryStatement
        let function: Int
        let loop: Int?
    }

    /// What stands around a statement.
    private struct Place {
        var function = 0
        var loops: [Int] = []
        var isGuarded = false
        var isCleanup = false
        var depth = 0
    }

    private let actionStarts: Set<UInt32>

    /// Of a program that is accepted, so that its nesting is bounded.
    init(_ parsed: ParseResult, _ analysis: Analysis) {
        tree = parsed.tree
        source = parsed.source
        self.analysis = analysis
        var starts: Set<UInt32> = []
        for action in analysis.actions {
            for range in action.calls + action.mentions { starts.insert(range.start) }
        }
        actionStarts = starts
        let all = SourceRange(start: 0, end: UInt32(source.utf8.count))
        functions.append(
            Function(path: "", id: nil, range: all, nameRange: all, parameters: [], body: tree.body)
        )
        walk(tree.body, Place())
        actionCalls = calls.filter(\.isAction)
        callsOf = functions.map { _ in [] }
        for call in calls { callsOf[call.function].append(call) }
        branchesOf = functions.map { _ in [] }
        for branch in branches { branchesOf[branch.function].append(branch) }
        for call in actionCalls { actingLoops.formUnion(call.loops) }
    }

    private mutating func walk(_ list: StatementList, _ place: Place) {
        functions[place.function].depth = max(functions[place.function].depth, place.depth)
        for id in tree[list] { walk(id, place) }
    }

    private mutating func walk(_ id: StatementID, _ place: Place) {
        functions[place.function].statements += 1
        var inner = place
        inner.depth += 1
        switch tree[id] {
        case .functionDefinition(let function): enter(function, id, place)
        case .if(let test, let body, let otherwise):
            addBranch(id, test, body, otherwise, place, isElif: false)
        case .while(let test, let body, let otherwise):
            inner.loops.append(loops.count)
            let loop = Loop(
                isWhile: true,
                test: test,
                range: tree.range(of: id),
                function: place.function,
                body: body,
                outer: place.loops.last
            )
            loops.append(loop)
            walk(test, inner)
            walk(body, inner)
            walk(otherwise, place)
        case .for(let loop):
            walk(loop.iterable, place)
            inner.loops.append(loops.count)
            loops.append(
                Loop(
                    isWhile: false,
                    test: loop.iterable,
                    range: tree.range(of: id),
                    function: place.function,
                    body: loop.body,
                    outer: place.loops.last
                )
            )
            walk(loop.body, inner)
            walk(loop.otherwise, place)
        case .try(let statement):
            tries.append(Try(statement: statement, function: place.function, loop: place.loops.last))
            var body = inner
            if !tree[statement.handlers].isEmpty { body.isGuarded = true }
            walk(statement.body, body)
            var cleanup = inner
            cleanup.isCleanup = true
            for handler in tree[statement.handlers] { walk(handler.body, cleanup) }
            walk(statement.otherwise, inner)
            walk(statement.finally, cleanup)
        case .match(let subject, let cases):
            walk(subject, place)
            for matchCase in tree[cases] {
                if let condition = matchCase.guardCondition { walk(condition, place) }
                walk(matchCase.body, inner)
            }
        case .expression(let value): walk(value, place, isStatement: true)
        default:
            var parts: [ExpressionID] = []
            tree.forEachChild(of: .statement(id)) {
                if case .expression(let part) = $0 { parts.append(part) }
            }
            for part in parts { walk(part, place) }
        }
    }

    private mutating func addBranch(
        _ id: StatementID,
        _ test: ExpressionID,
        _ body: StatementList,
        _ otherwise: StatementList,
        _ place: Place,
        isElif: Bool
    ) {
        var inner = place
        inner.depth += 1
        branches.append(
            Branch(
                id: id,
                test: test,
                body: body,
                otherwise: otherwise,
                function: place.function,
                isElif: isElif
            )
        )
        walk(test, place)
        walk(body, inner)
        let rest = tree[otherwise]
        if rest.count == 1, case .if(let test, let body, let otherwise) = tree[rest[0]],
            source.utf8[Int(tree.range(of: rest[0]).start)] == UInt8(ascii: "e")
        {
            functions[place.function].statements += 1
            addBranch(rest[0], test, body, otherwise, place, isElif: true)
        } else {
            walk(otherwise, inner)
        }
    }

    private mutating func enter(_ function: FunctionDefinition, _ id: StatementID, _ place: Place) {
        let outer = functions[place.function].path
        let name = tree.string(function.name)
        var inner = Place()
        inner.function = functions.count
        functions.append(
            Function(
                path: outer.isEmpty ? name : outer + "." + name,
                id: id,
                range: tree.range(of: id),
                nameRange: function.nameRange,
                parameters: tree[function.parameters].map { tree.string($0.name) },
                body: function.body
            )
        )
        walk(function.body, inner)
    }

    /// Calls in an expression, those inside first.
    private mutating func walk(_ id: ExpressionID, _ place: Place, isStatement: Bool = false) {
        var work: [(id: ExpressionID, loops: [Int])] = [(id, place.loops)]
        var found: [Call] = []
        while let (current, around) = work.popLast() {
            if case .call(let callee, let arguments, let keywords) = tree[current],
                let name = tree.dottedName(callee)
            {
                found.append(
                    Call(
                        name: name,
                        id: current,
                        range: tree.range(of: current),
                        function: place.function,
                        isAction: actionStarts.contains(tree.range(of: callee).start),
                        isStatement: isStatement && current == id,
                        loops: around,
                        isGuarded: place.isGuarded,
                        isCleanup: place.isCleanup,
                        keywords: tree[keywords].map { $0.name.map(tree.string) ?? "**" },
                        arguments: Array(tree[arguments]) + tree[keywords].map(\.value)
                    )
                )
            }
            tree.forEachChild(of: .expression(current)) { child in
                if case .expression(let part) = child { work.append((part, around)) }
            }
        }
        calls += found.sorted { $0.range.start < $1.range.start }
    }
}
