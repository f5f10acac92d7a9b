internal import Crypto
internal import SPySyntax

/// Finds a program's functions, in the order of the text.
///
/// Keeps its own stack: statements may nest as deep as a program is long.
struct FunctionWalk {
    private let tree: Tree
    private let source: SourceText
    private(set) var functions: [ProgramFingerprint.Function] = []
    /// What was found of them.
    private(set) var known = KnownFunctions()
    private var former: KnownFunctions.Search

    private struct Item {
        let statement: StatementID
        /// Among ``paths``.
        let path: Int
    }

    /// Names of the functions that statements stand in, the module's first.
    private var paths = [""]

    init(_ parsed: ParseResult, former: KnownFunctions) {
        tree = parsed.tree
        source = parsed.source
        self.former = KnownFunctions.Search(former)
    }

    mutating func run() {
        var work: [Item] = tree[tree.body].reversed().map { Item(statement: $0, path: 0) }
        while let item = work.popLast() {
            var path = item.path
            if case .functionDefinition(let function) = tree[item.statement] {
                let around = paths[path]
                path = paths.count
                paths.append((around.isEmpty ? "" : around + ".") + tree.string(function.name))
                add(function, item.statement, paths[path])
            }
            let first = work.count
            tree.forEachChild(of: .statement(item.statement)) { node in
                if case .statement(let id) = node { work.append(Item(statement: id, path: path)) }
            }
            work.reverse(from: first)
        }
    }

    private mutating func add(_ function: FunctionDefinition, _ id: StatementID, _ path: String) {
        guard functions.count < ProgramFingerprint.maximumFunctions else { return }
        let range = tree.range(of: id)
        let text = FunctionText(program: source.utf8, range: Int(range.start)..<Int(range.end))
        let found = former.find(text) ?? find(function)
        known.add(text, found)
        guard case .hash(let hash) = found else { return }
        let line = source.lineIndex(at: function.nameRange.start) + 1
        functions.append(ProgramFingerprint.Function(name: path, line: line, hash: hash))
    }

    private func find(_ function: FunctionDefinition) -> KnownFunctions.Found {
        var form = CanonicalForm(tree)
        form.write(function)
        guard form.nodes >= ProgramFingerprint.minimumNodes else { return .small }
        return .hash(Array(SHA256.hash(data: form.bytes)))
    }
}
