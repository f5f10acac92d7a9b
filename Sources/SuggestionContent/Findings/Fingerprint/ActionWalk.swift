internal import SPyAnalysis
internal import SPySyntax

/// Finds the actions that a program calls, in the order of the text.
///
/// Keeps its own stack: expressions may nest as deep as a program is long.
struct ActionWalk {
    private let tree: Tree
    /// Where names of actions stand.
    private let starts: Set<UInt32>
    private(set) var actions: [String] = []
    private var seen: Set<String> = []

    /// The names of the actions called.
    static func actions(of parsed: ParseResult, _ analysis: Analysis) -> [String] {
        plainNames(analysis) ?? walked(parsed, analysis)
    }

    /// The names as a walk finds them.
    static func walked(_ parsed: ParseResult, _ analysis: Analysis) -> [String] {
        var walk = ActionWalk(parsed, analysis)
        walk.run()
        return walk.actions
    }

    /// The names where each is called by itself and nothing is reached through it, which needs no walk; nil elsewhere.
    private static func plainNames(_ analysis: Analysis) -> [String]? {
        guard analysis.actions.allSatisfy(\.mentions.isEmpty) else { return nil }
        // Calls are in the order of evaluation.
        let first = analysis.actions.map { action in
            (start: action.calls.reduce(UInt32.max) { min($0, $1.start) }, name: action.name)
        }
        return first.sorted { $0.start < $1.start }.prefix(ProgramFingerprint.maximumActions).map(\.name)
    }

    private init(_ parsed: ParseResult, _ analysis: Analysis) {
        tree = parsed.tree
        var starts: Set<UInt32> = []
        for action in analysis.actions {
            for range in action.calls { starts.insert(range.start) }
            for range in action.mentions { starts.insert(range.start) }
        }
        self.starts = starts
    }

    private mutating func run() {
        var work: [Node] = tree[tree.body].reversed().map { .statement($0) }
        while let node = work.popLast() {
            if case .expression(let id) = node, case .call(let callee, _, _) = tree[id] { add(callee) }
            let first = work.count
            tree.forEachChild(of: node) { work.append($0) }
            work.reverse(from: first)
        }
    }

    private mutating func add(_ callee: ExpressionID) {
        guard actions.count < ProgramFingerprint.maximumActions else { return }
        guard starts.contains(tree.range(of: callee).start), let name = tree.dottedName(callee),
            seen.insert(name).inserted
        else { return }
        actions.append(name)
    }
}

extension Tree {
    /// The text of a name or of attributes of one, `crm.customers.find`; nothing for other expressions and
    /// for chains of more than eight names.
    func dottedName(_ id: ExpressionID) -> String? {
        var parts: [String] = []
        var current = id
        while parts.count < 8 {
            switch self[current] {
            case .name(let name, _):
                parts.append(string(name))
                return parts.reversed().joined(separator: ".")
            case .attribute(let value, let name, _):
                parts.append(string(name))
                current = value
            default: return nil
            }
        }
        return nil
    }
}
