/// Checks what depends on the scope, function or loop around a node, in the order of CPython's symbol table.
struct ScopeChecker {
    /// What is around a node.
    struct Context {
        var scope: Int
        var flags: Flags = []
        /// Loops, `with`s and handlers around, as CPython counts them.
        var blocks: UInt8 = 0
    }

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let loop = Flags(rawValue: 1)
        /// In the body of `except*`, with a loop between or not.
        static let group = Flags(rawValue: 2)
        /// In the body of `except*` without a loop between.
        static let groupWithoutLoop = Flags(rawValue: 4)
        static let iterationTarget = Flags(rawValue: 8)
        static let iterable = Flags(rawValue: 16)
        /// In an annotation that is kept as text.
        static let postponed = Flags(rawValue: 32)
        /// In an annotation inside a function, which CPython does not compile.
        static let uncompiled = Flags(rawValue: 64)
    }

    enum Work {
        case statement(StatementID, Context)
        case expression(ExpressionID, Context)
        case leave(Int, Context)
    }

    let tree: Tree
    let traits: ProgramTraits
    var diagnostics: [Diagnostic] = []
    var scopes: [Scope] = []
    private var work: [Work] = []
    /// What the node at hand wants done next, in order.
    private var next: [Work] = []
    /// Names by their text, found once when first asked for.
    private lazy var namesByText: [String: Name] = {
        var table: [String: Name] = [:]
        for index in 0..<UInt32(tree.nameCount) {
            let name = Name(rawValue: index)
            table[tree.string(name)] = name
        }
        return table
    }()
    /// Names are followed only where a declaration or `:=` makes them matter.
    let followsNames: Bool
    /// Expressions are walked only where something in them matters.
    let walksExpressions: Bool

    /// CPython's `CO_MAXBLOCKS`.
    static let maximumBlocks = 20

    init(_ tree: Tree, traits: ProgramTraits) {
        self.tree = tree
        self.traits = traits
        followsNames = !traits.isDisjoint(with: [.scopeDeclarations, .assignmentExpressions])
        walksExpressions = followsNames || traits.contains(.suspensions)
    }

    mutating func run() {
        scopes.append(
            Scope(
                kind: .module,
                parent: -1,
                owner: nil,
                range: SourceRange(start: 0, end: 0),
                isInIterable: false
            )
        )
        schedule(tree.body, Context(scope: 0))
        flush()
        while let item = work.popLast() {
            switch item {
            case .statement(let id, let context): visit(id, context)
            case .expression(let id, let context): visit(id, context)
            case .leave(let scope, let context): leave(scope, context)
            }
            flush()
        }
        resolveNonlocals()
        checkAsynchronousGenerators()
    }

    mutating func report(_ rule: Rule, _ range: SourceRange, _ message: String, hint: String? = nil) {
        diagnostics.append(Diagnostic(rule, at: range, message, hint: hint))
    }

    // MARK: Scheduling

    private mutating func flush() {
        while let item = next.popLast() { work.append(item) }
    }

    mutating func schedule(_ list: StatementList, _ context: Context) {
        for id in tree[list] { next.append(.statement(id, context)) }
    }

    mutating func schedule(_ id: ExpressionID?, _ context: Context) {
        guard walksExpressions, let id else { return }
        next.append(.expression(id, context))
    }

    mutating func schedule(_ list: ExpressionList, _ context: Context) {
        guard walksExpressions else { return }
        for id in tree[list] { next.append(.expression(id, context)) }
    }

    mutating func scheduleLeave(_ scope: Int, _ context: Context) {
        next.append(.leave(scope, context))
    }

    /// Everything in an expression, a pattern or a keyword list, in the same context.
    mutating func scheduleChildren(of node: Node, _ context: Context) {
        guard walksExpressions else { return }
        var children: [Node] = []
        tree.forEachChild(of: node) { children.append($0) }
        for child in children {
            switch child {
            case .expression(let id): next.append(.expression(id, context))
            case .statement(let id): next.append(.statement(id, context))
            case .pattern(let id):
                bindPattern(id, context)
                scheduleChildren(of: child, context)
            }
        }
    }

    // MARK: Scopes

    mutating func enter(_ kind: Scope.Kind, _ context: Context, owner: Name?, range: SourceRange) -> Context {
        scopes.append(
            Scope(
                kind: kind,
                parent: context.scope,
                owner: owner,
                range: range,
                isInIterable: context.flags.contains(.iterable)
            )
        )
        var flags: Flags = []
        if !context.flags.isDisjoint(with: [.iterable]), kind != .function, kind != .asyncFunction {
            flags.insert(.iterable)
        }
        if context.flags.contains(.uncompiled) { flags.insert(.uncompiled) }
        if context.flags.contains(.postponed) { flags.insert(.postponed) }
        return Context(scope: scopes.count - 1, flags: flags)
    }

    /// The end of a comprehension, when it is known whether it waits for anything.
    private mutating func leave(_ id: Int, _ context: Context) {
        let scope = scopes[id]
        guard scope.kind == .comprehension, scope.isCoroutine else { return }
        let around = scopes[scope.parent].kind
        if around != .asyncFunction, !around.isComprehension, !context.flags.contains(.uncompiled) {
            report(
                .outsideFunction,
                scope.range,
                "An asynchronous comprehension can stand only in an 'async' function."
            )
        }
        scopes[scope.parent].isCoroutine = true
    }

    private mutating func checkAsynchronousGenerators() {
        for scope in scopes where scope.kind == .asyncFunction && scope.isGenerator {
            guard let range = scope.valueReturn else { continue }
            report(.outsideFunction, range, "An asynchronous generator cannot return a value.")
        }
    }

    // MARK: Names

    mutating func name(_ text: some StringProtocol) -> Name? {
        namesByText[String(text)]
    }

    func key(_ name: Name, _ context: Context) -> Scope.Key {
        guard let owner = scopes[context.scope].owner else { return Scope.Key(name: name, owner: nil) }
        // Bytes: with a combining mark behind it, an underscore is a part of another character.
        let text = tree.string(name).utf8
        let isPrivate =
            text.starts(with: "__".utf8) && !text.suffix(2).elementsEqual("__".utf8) && !text.contains(0x2E)
        return Scope.Key(name: name, owner: isPrivate ? owner : nil)
    }

    mutating func record(_ name: Name, _ symbol: Scope.Symbol, _ context: Context, _ range: SourceRange) {
        guard followsNames else { return }
        let key = key(name, context)
        var all = scopes[context.scope].symbols[key, default: []].union(symbol)
        if context.flags.contains(.iterationTarget) {
            if !all.isDisjoint(with: [.global, .nonlocal]) {
                report(
                    .invalidAssignmentExpression,
                    range,
                    "The comprehension cannot iterate with '\(tree.string(name))', which ':=' in it assigns to.",
                    hint: "Use another name."
                )
            }
            all.insert(.iteration)
        }
        scopes[context.scope].symbols[key] = all
    }

    /// Each name declared nonlocal must be bound in a function around.
    private mutating func resolveNonlocals() {
        for index in scopes.indices {
            for (key, range) in scopes[index].nonlocals {
                let symbol = scopes[index].symbols[key, default: []]
                if symbol.contains(.global) {
                    report(
                        .invalidScope,
                        range,
                        "'\(tree.string(key.name))' is declared both nonlocal and global."
                    )
                } else if index == 0 {
                    report(
                        .invalidScope,
                        range,
                        "'nonlocal' has no meaning outside functions.",
                        hint: "Remove it."
                    )
                } else if !isBound(key, around: index) {
                    report(
                        .invalidScope,
                        range,
                        "No function around this one has a variable '\(tree.string(key.name))'.",
                        hint: "Use 'global' for a variable of the module."
                    )
                }
            }
        }
    }

    private func isBound(_ key: Scope.Key, around index: Int) -> Bool {
        var parent = scopes[index].parent
        while parent > 0 {
            let scope = scopes[parent]
            let symbol = scope.symbols[key, default: []]
            if scope.kind == .class {
                if tree.string(key.name) == "__class__" { return true }
                if symbol.contains(.global) { return false }
            } else {
                if symbol.contains(.global) { return false }
                if symbol.contains(.nonlocal) { return true }
                if !symbol.isDisjoint(with: [.local, .parameter]) { return true }
            }
            parent = scope.parent
        }
        return false
    }
}
