/// Checks that need nothing but a node and its parts.
struct NodeChecker {
    let tree: Tree
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var traits: ProgramTraits = []
    private var expressionDepths: [UInt16]
    private var statementDepths: [UInt16]
    private var isTooDeep = false
    /// Names of futures are allowed only in these statements.
    private var leadingImports: Set<StatementID> = []

    init(_ tree: Tree) {
        self.tree = tree
        expressionDepths = [UInt16](repeating: 0, count: tree.expressionCount)
        statementDepths = [UInt16](repeating: 0, count: tree.statementCount)
    }

    mutating func run() {
        findLeadingImports()
        for index in 0..<UInt32(tree.expressionCount) { check(ExpressionID(rawValue: index)) }
        for index in 0..<UInt32(tree.statementCount) { check(StatementID(rawValue: index)) }
    }

    mutating func report(_ rule: Rule, _ range: SourceRange, _ message: String, hint: String? = nil) {
        diagnostics.append(Diagnostic(rule, at: range, message, hint: hint))
    }

    // MARK: Depth

    /// One more than the depth of the deepest part; parts come before wholes in the arenas.
    private mutating func measure(_ node: Node) -> UInt16 {
        var depth: UInt16 = 0
        var pending: [Node] = []
        tree.forEachChild(of: node) { child in
            switch child {
            case .expression(let id): depth = max(depth, expressionDepths[id.index])
            case .statement(let id): depth = max(depth, statementDepths[id.index])
            case .pattern: pending.append(child)
            }
        }
        // Patterns are bounded by the number of brackets; only the expressions in them count.
        while let pattern = pending.popLast() {
            tree.forEachChild(of: pattern) { child in
                if case .expression(let id) = child { depth = max(depth, expressionDepths[id.index]) }
                if case .pattern = child { pending.append(child) }
            }
        }
        if Int(depth) >= Checker.maximumDepth, !isTooDeep {
            isTooDeep = true
            report(
                .tooDeep,
                tree.range(of: node),
                "There are more expressions or branches inside each other here than CPython reads.",
                hint: "Split it, for instance with names for its parts."
            )
        }
        return min(depth + 1, 60_000)
    }

    // MARK: Expressions

    private mutating func check(_ id: ExpressionID) {
        switch tree[id] {
        case .constant:
            expressionDepths[id.index] = 1
            return
        case .name(let name, let context):
            expressionDepths[id.index] = 1
            if name == NameTable.debug, context != .load { reportDebug(tree.range(of: id)) }
            return
        case .attribute(let value, let name, let context):
            if name == NameTable.debug, context == .store { reportDebug(tree.range(of: id)) }
            let depth = expressionDepths[value.index]
            if Int(depth) < Checker.maximumDepth {
                expressionDepths[id.index] = depth + 1
                return
            }
        case .call(_, _, let keywords): check(keywords)
        case .tuple(let elements, .store), .list(let elements, .store): checkStars(elements)
        case .assignmentExpression: traits.insert(.assignmentExpressions)
        case .lambda(let parameters, _): checkParameters(parameters)
        case .await, .yield, .yieldFrom: traits.insert(.suspensions)
        case .listComprehension(_, let clauses), .setComprehension(_, let clauses),
            .generator(_, let clauses),
            .dictionaryComprehension(_, _, let clauses):
            for clause in tree[clauses] {
                if clause.isAsync { traits.insert(.suspensions) }
                checkLoneStar(clause.target)
            }
        default: break
        }
        expressionDepths[id.index] = measure(.expression(id))
    }

    private mutating func reportDebug(_ range: SourceRange) {
        report(.assignedConstant, range, "'__debug__' is a constant and cannot be assigned to or deleted.")
    }

    private mutating func check(_ keywords: KeywordList) {
        guard !keywords.isEmpty else { return }
        let all = tree[keywords]
        var seen: Set<Name> = []
        for keyword in all {
            guard let name = keyword.name else { continue }
            if name == NameTable.debug { reportDebug(keyword.range) }
            if all.count > 1, !seen.insert(name).inserted {
                report(.argumentOrder, keyword.range, "The argument '\(tree.string(name))' is given twice.")
            }
        }
    }

    /// One star at most among the targets of an assignment, and not behind too many others.
    private mutating func checkStars(_ elements: ExpressionList) {
        var hasStar = false
        for (position, element) in tree[elements].enumerated() {
            guard case .starred = tree[element] else { continue }
            if hasStar {
                report(
                    .misplacedStar,
                    tree.range(of: element),
                    "Only one starred name can stand in an assignment."
                )
            }
            if position >= 256 {
                report(
                    .misplacedStar,
                    tree.range(of: element),
                    "There are too many names before the starred one."
                )
            }
            hasStar = true
        }
    }

    private mutating func checkLoneStar(_ target: ExpressionID) {
        guard case .starred = tree[target] else { return }
        report(
            .misplacedStar,
            tree.range(of: target),
            "A starred target must stand in a list or tuple.",
            hint: "Add a comma after it."
        )
    }

    private mutating func checkParameters(_ parameters: ParameterList) {
        guard !parameters.isEmpty else { return }
        let all = tree[parameters]
        var seen: Set<Name> = []
        for parameter in all {
            if parameter.name == NameTable.debug { reportDebug(parameter.range) }
            if all.count > 1, !seen.insert(parameter.name).inserted {
                report(
                    .parameterOrder,
                    parameter.range,
                    "The parameter '\(tree.string(parameter.name))' is named twice.",
                    hint: "Give one of them another name."
                )
            }
        }
    }

    // MARK: Statements

    private mutating func check(_ id: StatementID) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .assignment(let targets, _):
            for target in tree[targets] { checkLoneStar(target) }
        case .for(let loop): checkLoneStar(loop.target)
        case .with(let items, _, _):
            for item in tree[items] { if let target = item.target { checkLoneStar(target) } }
        case .global, .nonlocal: traits.insert(.scopeDeclarations)
        case .importModules(let names):
            for name in tree[names] where name.alias == NameTable.debug || bindsDebug(name) {
                reportDebug(name.range)
            }
        case .importNames(let module, let names, _):
            for name in tree[names] where (name.alias ?? name.name) == NameTable.debug {
                reportDebug(name.range)
            }
            if module == NameTable.future { checkFuture(id, names) }
        case .try(let statement): checkHandlers(statement)
        case .match(_, let cases): checkCases(cases)
        case .functionDefinition(let function):
            if function.name == NameTable.debug { reportDebug(range) }
            checkParameters(function.parameters)
        case .classDefinition(let definition):
            if definition.name == NameTable.debug { reportDebug(range) }
            check(definition.keywords)
        default: break
        }
        statementDepths[id.index] = measure(.statement(id))
    }

    /// `import __debug__.a` binds the name before the dot.
    private func bindsDebug(_ imported: ImportedName) -> Bool {
        guard imported.alias == nil else { return false }
        return imported.name == NameTable.debug || tree.string(imported.name).hasPrefix("__debug__.")
    }

    private mutating func checkHandlers(_ statement: TryStatement) {
        let handlers = tree[statement.handlers]
        for (position, handler) in handlers.enumerated() {
            if handler.name == NameTable.debug { reportDebug(handler.range) }
            if handler.type == nil, position < handlers.count - 1 {
                report(
                    .incompleteTry,
                    SourceRange(start: handler.range.start, end: handler.range.start + 6),
                    "An 'except' without a type must be the last.",
                    hint: "Move it behind the others, or give it a type."
                )
            }
        }
    }

    private mutating func checkCases(_ cases: MatchCaseList) {
        let all = tree[cases]
        for (position, matchCase) in all.enumerated() {
            var patterns = PatternChecker(tree)
            let isLast = position == all.count - 1
            patterns.check(matchCase.pattern, allowsIrrefutable: isLast || matchCase.guardCondition != nil)
            diagnostics += patterns.diagnostics
        }
    }

    // MARK: Futures

    private static let futures: Set<String> = [
        "nested_scopes", "generators", "division", "absolute_import", "with_statement", "print_function",
        "unicode_literals", "barry_as_FLUFL", "generator_stop", "annotations",
    ]

    /// Imports of futures stand at the beginning, after a documentation string at most.
    private mutating func findLeadingImports() {
        for (position, id) in tree[tree.body].enumerated() {
            if case .importNames(let module, _, _) = tree[id], module == NameTable.future {
                leadingImports.insert(id)
            } else if position == 0, case .expression(let value) = tree[id],
                case .constant(.string) = tree[value]
            {
                continue
            } else {
                return
            }
        }
    }

    private mutating func checkFuture(_ id: StatementID, _ names: ImportedNameList) {
        if !leadingImports.contains(id) {
            report(
                .invalidImport,
                tree.range(of: id),
                "An import from '__future__' must stand at the beginning of the program.",
                hint: "Move it before everything else but the documentation string."
            )
        }
        for imported in tree[names] {
            let name = tree.string(imported.name)
            if name == "annotations" { traits.insert(.postponedAnnotations) }
            guard !NodeChecker.futures.contains(name) else { continue }
            let message = name == "braces" ? "Not a chance." : "There is no future called '\(name)'."
            report(.invalidImport, imported.range, message)
        }
    }
}
