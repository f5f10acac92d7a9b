/// Trees are equal where they say the same program, wherever its parts stand in the text.
extension Tree: Equatable {
    /// Whether two trees say the same program.
    public static func == (left: Tree, right: Tree) -> Bool {
        var one = Walk(left)
        var other = Walk(right)
        while true {
            let (first, second) = (one.next(), other.next())
            guard first == second else { return false }
            if first == nil { return true }
        }
    }

    /// The node at which two trees differ first, with what each has there; for messages of tests.
    public static func firstDifference(_ left: Tree, _ right: Tree) -> (
        node: Node?, left: String, right: String
    )? {
        var one = Walk(left)
        var other = Walk(right)
        while true {
            let node = one.upcoming
            let (first, second) = (one.next(), other.next())
            if first != second { return (node, "\(first ?? [])", "\(second ?? [])") }
            if first == nil { return nil }
        }
    }

    /// Nodes in preorder, each as the values that its parts do not say. Takes no stack.
    private struct Walk {
        let tree: Tree
        private var pending: [Node] = []

        init(_ tree: Tree) {
            self.tree = tree
            schedule { add in for id in tree[tree.body] { add(.statement(id)) } }
        }

        var upcoming: Node? { pending.last }

        /// What a node says: its kind, names, literals, and how many parts of each sort it has.
        enum Item: Equatable {
            case kind(String)
            case name(String)
            case bytes([UInt8])
            case bits(UInt64)
            case count(Int)
            case flag(Bool)
        }

        mutating func next() -> [Item]? {
            guard let node = pending.popLast() else { return nil }
            let tree = tree
            var items: [Item] = []
            switch node {
            case .expression(let id): items = describe(id)
            case .statement(let id): items = describe(id)
            case .pattern(let id): items = describe(id)
            }
            // Arguments by name are compared after those by position, however they were mixed.
            if case .expression(let id) = node,
                case .call(let function, let arguments, let keywords) = tree[id]
            {
                schedule { add in
                    add(.expression(function))
                    for argument in tree[arguments] { add(.expression(argument)) }
                    for keyword in tree[keywords] { add(.expression(keyword.value)) }
                }
            } else if case .statement(let id) = node, case .classDefinition(let definition) = tree[id] {
                schedule { add in
                    for decorator in tree[definition.decorators] { add(.expression(decorator)) }
                    for base in tree[definition.bases] { add(.expression(base)) }
                    for keyword in tree[definition.keywords] { add(.expression(keyword.value)) }
                    for statement in tree[definition.body] { add(.statement(statement)) }
                }
            } else {
                schedule { add in tree.forEachChild(of: node, add) }
            }
            return items
        }

        private mutating func schedule(_ list: ((Node) -> Void) -> Void) {
            var added: [Node] = []
            list { added.append($0) }
            pending.append(contentsOf: added.reversed())
        }

        private func name(_ name: Name?) -> Item {
            name.map { .name(tree.string($0)) } ?? .flag(false)
        }

        private func count<Element>(_ list: NodeList<Element>) -> Item { .count(tree[list].count) }

        private func keywords(_ list: KeywordList) -> [Item] {
            [count(list)] + tree[list].map { name($0.name) }
        }

        private func parameters(_ list: ParameterList) -> [Item] {
            [count(list)]
                + tree[list].flatMap { parameter -> [Item] in
                    [
                        name(parameter.name), .count(Int(parameter.kind.rawValue)),
                        .flag(parameter.annotation != nil),
                        .flag(parameter.defaultValue != nil),
                    ]
                }
        }

        private func clauses(_ list: ComprehensionClauseList) -> [Item] {
            [count(list)]
                + tree[list].flatMap { clause -> [Item] in [.flag(clause.isAsync), count(clause.conditions)] }
        }

        private func describe(_ id: ExpressionID) -> [Item] {
            switch tree[id] {
            case .invalid: [.kind("invalid")]
            case .constant(let value):
                [.kind("constant"), .flag(tree.hasUnicodePrefix(id))] + describe(value)
            case .joinedString(let values): [.kind("joined"), count(values)]
            case .formattedValue(_, let conversion, let specification):
                [.kind("field"), .count(Int(conversion.rawValue)), .flag(specification != nil)]
            case .name(let id, let context): [.kind("name"), name(id), .count(Int(context.rawValue))]
            case .attribute(_, let id, let context):
                [.kind("attribute"), name(id), .count(Int(context.rawValue))]
            case .subscripted(_, _, let context): [.kind("subscript"), .count(Int(context.rawValue))]
            case .slice(let slice):
                [
                    .kind("slice"), .flag(slice.lower != nil), .flag(slice.upper != nil),
                    .flag(slice.step != nil),
                ]
            case .starred(_, let context): [.kind("starred"), .count(Int(context.rawValue))]
            case .call(_, let arguments, let list): [.kind("call"), count(arguments)] + keywords(list)
            case .booleanOperation(let operation, let values):
                [.kind("boolean"), .count(Int(operation.rawValue)), count(values)]
            case .binaryOperation(_, let operation, _): [.kind("binary"), .count(Int(operation.rawValue))]
            case .unaryOperation(let operation, _): [.kind("unary"), .count(Int(operation.rawValue))]
            case .comparison(_, let rest):
                [.kind("comparison")] + tree[rest].map { .count(Int($0.comparison.rawValue)) }
            case .conditional: [.kind("conditional")]
            case .assignmentExpression: [.kind("assignment expression")]
            case .lambda(let list, _): [.kind("lambda")] + parameters(list)
            case .list(let elements, let context):
                [.kind("list"), count(elements), .count(Int(context.rawValue))]
            case .tuple(let elements, let context):
                [.kind("tuple"), count(elements), .count(Int(context.rawValue))]
            case .set(let elements): [.kind("set"), count(elements)]
            case .dictionary(let items): [.kind("dictionary")] + tree[items].map { .flag($0.key != nil) }
            case .listComprehension(_, let list): [.kind("list comprehension")] + clauses(list)
            case .setComprehension(_, let list): [.kind("set comprehension")] + clauses(list)
            case .generator(_, let list): [.kind("generator")] + clauses(list)
            case .dictionaryComprehension(_, _, let list): [.kind("dictionary comprehension")] + clauses(list)
            case .await: [.kind("await")]
            case .yield(let value): [.kind("yield"), .flag(value != nil)]
            case .yieldFrom: [.kind("yield from")]
            }
        }

        private func describe(_ value: Constant) -> [Item] {
            switch value {
            case .none: [.kind("None")]
            case .boolean(let value): [.flag(value)]
            case .ellipsis: [.kind("...")]
            case .integer(let value): [.kind("integer"), .count(value)]
            case .bigInteger(let text): [.kind("big integer"), .bytes(Array(tree.bytes(text)))]
            case .float(let value): [.kind("float"), .bits(value.bitPattern)]
            case .imaginary(let value): [.kind("imaginary"), .bits(value.bitPattern)]
            case .string(let text): [.kind("string"), .bytes(Array(tree.bytes(text)))]
            case .bytes(let text): [.kind("bytes"), .bytes(Array(tree.bytes(text)))]
            }
        }

        private func describe(_ id: StatementID) -> [Item] {
            switch tree[id] {
            case .invalid: [.kind("invalid")]
            case .expression: [.kind("expression")]
            case .assignment(let targets, _): [.kind("assignment"), count(targets)]
            case .augmentedAssignment(_, let operation, _):
                [.kind("augmented"), .count(Int(operation.rawValue))]
            case .annotatedAssignment(_, _, let value, let isSimple):
                [.kind("annotated"), .flag(value != nil), .flag(isSimple)]
            case .return(let value): [.kind("return"), .flag(value != nil)]
            case .delete(let targets): [.kind("delete"), count(targets)]
            case .pass: [.kind("pass")]
            case .break: [.kind("break")]
            case .continue: [.kind("continue")]
            case .raise(let exception, let cause):
                [.kind("raise"), .flag(exception != nil), .flag(cause != nil)]
            case .assert(_, let message): [.kind("assert"), .flag(message != nil)]
            case .importModules(let names): [.kind("import")] + imported(names)
            case .importNames(let module, let names, let level):
                [.kind("from"), name(module), .count(Int(level))] + imported(names)
            case .global(let names): [.kind("global")] + tree[names].map { name($0) }
            case .nonlocal(let names): [.kind("nonlocal")] + tree[names].map { name($0) }
            case .if(_, let body, let otherwise): [.kind("if"), count(body), count(otherwise)]
            case .while(_, let body, let otherwise): [.kind("while"), count(body), count(otherwise)]
            case .for(let loop): [.kind("for"), count(loop.body), count(loop.otherwise), .flag(loop.isAsync)]
            case .with(let items, let body, let isAsync):
                [.kind("with"), count(body), .flag(isAsync)] + tree[items].map { .flag($0.target != nil) }
            case .match(_, let cases):
                [.kind("match")] + tree[cases].flatMap { [.flag($0.guardCondition != nil), count($0.body)] }
            case .try(let statement): describe(statement)
            case .functionDefinition(let function):
                [
                    .kind("def"), name(function.name), count(function.body), count(function.decorators),
                    .flag(function.returns != nil), .flag(function.isAsync),
                ] + parameters(function.parameters)
            case .classDefinition(let definition):
                [
                    .kind("class"), name(definition.name), count(definition.bases), count(definition.body),
                    count(definition.decorators),
                ] + keywords(definition.keywords)
            }
        }

        private func describe(_ statement: TryStatement) -> [Item] {
            let handlers = tree[statement.handlers].flatMap { handler -> [Item] in
                [.flag(handler.type != nil), name(handler.name), count(handler.body)]
            }
            return [
                .kind("try"), count(statement.body), count(statement.otherwise), count(statement.finally),
                .flag(statement.isGroup),
            ] + handlers
        }

        private func imported(_ names: ImportedNameList) -> [Item] {
            [count(names)] + tree[names].flatMap { [name($0.name), name($0.alias)] }
        }

        private func describe(_ id: PatternID) -> [Item] {
            switch tree[id] {
            case .invalid: [.kind("invalid")]
            case .value: [.kind("value")]
            case .none: [.kind("None")]
            case .boolean(let value): [.flag(value)]
            case .sequence(let elements): [.kind("sequence"), count(elements)]
            case .mapping(let items, let rest): [.kind("mapping"), count(items), name(rest)]
            case .typed(_, let patterns, let keywords):
                [.kind("class"), count(patterns)] + tree[keywords].map { name($0.name) }
            case .star(let id): [.kind("star"), name(id)]
            case .capture(let id): [.kind("capture"), name(id)]
            case .wildcard: [.kind("wildcard")]
            case .alias(_, let id): [.kind("alias"), name(id)]
            case .alternatives(let list): [.kind("alternatives"), count(list)]
            }
        }
    }
}
