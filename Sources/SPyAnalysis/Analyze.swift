public import SPySyntax

/// Parses a program and says everything that is known of it without running it.
///
/// A program longer than ``Limits/sourceBytes`` is not read any further.
public func analyze(_ text: some StringProtocol) -> Analysis {
    let source = SourceText(text)
    return tooLarge(source) ?? analyze(parse(source))
}

/// Parses a program given as bytes and says everything that is known of it without running it.
///
/// A program longer than ``Limits/sourceBytes`` is not read any further.
public func analyze(_ bytes: [UInt8]) -> Analysis {
    guard bytes.count <= Limits.sourceBytes else {
        return Analysis(refusing: SourceText(utf8: []), bytes: bytes.count)
    }
    return analyze(parse(bytes))
}

/// Says everything that is known of a parsed program without running it.
///
/// - Parameter depth: How much is said. Whether the program is accepted does not depend on it.
public func analyze(_ parsed: ParseResult, depth: AnalysisDepth = .warnings) -> Analysis {
    if let refusal = tooLarge(parsed.source) { return refusal }
    var program = Walk.run(parsed.source, parsed.tree)
    program.diagnostics += parsed.diagnostics
    program.resolveNames()
    program.checkSecurity()
    program.checkLimits(parsed.nesting)
    guard program.nodeCount <= Limits.nodes, parsed.nesting.depth <= Limits.nesting else {
        // Warnings would follow every way through a program that is refused anyway.
        program.diagnostics.removeAll { $0.severity == .warning }
        return Analysis(program, nesting: parsed.nesting.depth)
    }
    guard depth > .acceptance else {
        program.diagnostics.removeAll { $0.severity == .warning }
        return Analysis(program, nesting: parsed.nesting.depth, actions: program.actions())
    }
    let graph = program.callGraph()
    let isRecursive = graph.recursive()
    for index in program.functions.indices where isRecursive[index] {
        program.functions[index].cognitive += 1
    }
    if parsed.isValid, depth == .warnings {
        program.checkNames()
        program.checkFinally()
        program.checkSeeds()
        program.checkComplexity()
        let flow = FlowAnalysis.run(program)
        program.diagnostics += flow.findings
        program.checkLoops(withoutExit: flow.loopsWithoutExit, withExit: flow.loopsWithExit)
    } else {
        program.diagnostics.removeAll { $0.severity == .warning }
    }
    return Analysis(program, nesting: parsed.nesting.depth, graph: graph, isRecursive: isRecursive)
}

/// Whether a program is accepted because another one is that says the same in the same words, in other lines or with other
/// comments. False means nothing. Costs a fraction of parsing and ``analyze(_:depth:)``.
///
/// - Parameter accepted: A program that `analyze` accepts.
public func isAccepted(_ text: String, like accepted: String) -> Bool {
    let bytes = Array(text.utf8)
    // What is not asked of tokens: how long a program is, and what its comments hold.
    return bytes.count <= Limits.sourceBytes && haveSameTokens(bytes, Array(accepted.utf8))
        && HiddenText.places(in: bytes).isEmpty
}

/// How much an analysis says of a program, beside its size.
public enum AnalysisDepth: Comparable, Sendable {
    /// Errors and actions.
    case acceptance
    /// Functions, modules and calls too.
    case structure
    /// What is only warned of too: everything.
    case warnings
}

private func tooLarge(_ source: SourceText) -> Analysis? {
    guard source.utf8.count > Limits.sourceBytes else { return nil }
    return Analysis(refusing: source, bytes: source.utf8.count)
}

extension Program {
    mutating func checkLimits(_ nesting: ParseResult.Nesting) {
        if nesting.depth > Limits.nesting {
            report(.nesting, at: nesting.limitCrossing ?? nesting.range, String(nesting.depth))
        }
        if let nodeLimitRange { report(.nodes, at: nodeLimitRange, String(nodeCount)) }
    }

    mutating func checkComplexity() {
        for index in functions.indices.dropFirst()
        where functions[index].cognitive > Limits.cognitiveComplexity {
            report(
                .complexity,
                at: functions[index].nameRange,
                path(of: index),
                String(functions[index].cognitive)
            )
        }
    }
}

extension Analysis {
    /// A program that is too long to be looked at.
    init(refusing source: SourceText, bytes: Int) {
        let start = SourceRange(start: 0, end: 0)
        self.source = source
        diagnostics = [RuleDescription.sourceSize.diagnostic(at: start, [String(bytes)])]
        size = Size(bytes: bytes, lines: source.lineCount, nodes: 0, nesting: 0)
        module = FunctionReport(
            path: "",
            Program.Function(name: nil, parent: 0, range: start, nameRange: start)
        )
        functions = []
        actions = []
        modules = []
        calls = []
    }

    /// A program beyond the limits, or one of which nothing but errors and actions is asked.
    init(_ program: Program, nesting: Int, actions: [Action] = []) {
        self.init(
            source: program.source,
            diagnostics: program.sortedDiagnostics(),
            size: program.size(nesting: nesting),
            module: FunctionReport(path: "", program.functions[0]),
            functions: [],
            actions: actions,
            modules: [],
            calls: []
        )
    }

    init(_ program: Program, nesting: Int, graph: CallGraph, isRecursive: [Bool]) {
        let paths = program.functions.indices.map { program.path(of: $0) }
        let reports = program.functions.indices.map { index in
            FunctionReport(
                path: paths[index],
                program.functions[index],
                parameters: program.functions[index].parameters.map(program.tree.string),
                isRecursive: isRecursive[index]
            )
        }
        self.init(
            source: program.source,
            diagnostics: program.sortedDiagnostics(),
            size: program.size(nesting: nesting),
            module: reports[0],
            functions: Array(reports.dropFirst()),
            actions: program.actions(),
            modules: program.moduleUses(),
            calls: graph.edges.map { item in
                Call(
                    caller: paths[item.edge.caller],
                    callee: .init(item.edge.callee, paths),
                    ranges: item.ranges
                )
            }
        )
    }
}

extension FunctionReport {
    init(path: String, _ function: Program.Function, parameters: [String] = [], isRecursive: Bool = false) {
        self.init(
            path: path,
            range: function.range,
            nameRange: function.nameRange,
            parameters: parameters,
            statementCount: function.statementCount,
            cyclomaticComplexity: function.cyclomatic,
            cognitiveComplexity: function.cognitive,
            isRecursive: isRecursive
        )
    }
}

extension Call.Callee {
    init(_ callee: CallGraph.Callee, _ paths: [String]) {
        switch callee {
        case .function(let index): self = .function(paths[index])
        case .action(let name): self = .action(name)
        case .builtin(let name): self = .builtin(name)
        case .member(let module, let name): self = .member(module: module, name: name)
        }
    }
}

extension Program {
    func size(nesting: Int) -> Analysis.Size {
        Analysis.Size(bytes: source.utf8.count, lines: source.lineCount, nodes: nodeCount, nesting: nesting)
    }

    /// In the order of the text; one finding of a rule per place.
    func sortedDiagnostics() -> [Diagnostic] {
        let sorted = diagnostics.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            if first.range.start != second.range.start { return first.range.start < second.range.start }
            if first.range.end != second.range.end { return first.range.end < second.range.end }
            if first.severity != second.severity { return first.severity == .error }
            if first.rule != second.rule { return first.rule.rawValue < second.rule.rawValue }
            return left.offset < right.offset
        }
        var result: [Diagnostic] = []
        for (_, diagnostic) in sorted where result.last != diagnostic { result.append(diagnostic) }
        return result
    }
}
