internal import Crypto
internal import SPyAnalysis
internal import SPySyntax

/// Finds a program's functions and the actions that it calls, in the order of the text.
///
/// Keeps its own stack: expressions may nest as deep as a program is long.
struct FingerprintWalk {
    let tree: Tree
    let source: SourceText
    /// Where names of actions stand.
    let actionStarts: Set<UInt32>
    var functions: [ProgramFingerprint.Function] = []
    var actions: [String] = []
    private var seen: Set<String> = []

    private struct Item {
        let node: Node
        /// Among ``paths``.
        let path: Int
    }

    /// Names of the functions that nodes stand in, the module's first.
    private var paths = [""]

    init(_ parsed: ParseResult, _ analysis: Analysis) {
        tree = parsed.tree
        source = parsed.source
        var starts: Set<UInt32> = []
        for action in analysis.actions {
            for range in action.calls { starts.insert(range.start) }
            for range in action.mentions { starts.insert(range.start) }
        }
        actionStarts = starts
    }

    mutating func run() {
        var work: [Item] = tree[tree.body].reversed().map { Item(node: .statement($0), path: 0) }
        while let item = work.popLast() {
            var path = item.path
            switch item.node {
            case .statement(let id):
                if case .functionDefinition(let function) = tree[id] {
                    let around = paths[path]
                    path = paths.count
                    paths.append((around.isEmpty ? "" : around + ".") + tree.string(function.name))
                    add(function, paths[path])
                }
            case .expression(let id):
                if case .call(let callee, _, _) = tree[id] { addAction(callee) }
            case .pattern: break
            }
            let first = work.count
            tree.forEachChild(of: item.node) { work.append(Item(node: $0, path: path)) }
            work[first...].reverse()
        }
    }

    private mutating func add(_ function: FunctionDefinition, _ path: String) {
        guard functions.count < ProgramFingerprint.maximumFunctions else { return }
        var form = CanonicalForm(tree)
        form.write(function)
        guard form.nodes >= ProgramFingerprint.minimumNodes else { return }
        functions.append(
            ProgramFingerprint.Function(
                name: path,
                line: source.lineIndex(at: function.nameRange.start) + 1,
                hash: Array(SHA256.hash(data: form.bytes))
            )
        )
    }

    private mutating func addAction(_ callee: ExpressionID) {
        guard actions.count < ProgramFingerprint.maximumActions else { return }
        guard actionStarts.contains(tree.range(of: callee).start), let name = tree.dottedName(callee),
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
