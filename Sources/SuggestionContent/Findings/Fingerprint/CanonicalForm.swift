internal import SPySyntax

/// Writes a function as bytes that are equal for functions of the same form and differ for all others.
///
/// A prefix code: each node is its kind, what it says itself and the number of its parts, then the parts. A
/// name that the function binds is the number of its first mention; the function's own name is a number of
/// its own.
struct CanonicalForm {
    let tree: Tree
    private(set) var bytes: [UInt8] = []
    /// Statements, expressions and patterns written.
    private(set) var nodes = 0
    private var scopes: [[Name: UInt32]] = []
    private var locals: UInt32 = 0
    private var work: [Item] = []

    private enum Item {
        case node(Node)
        case leave
    }

    /// What stands for a name.
    private enum NameTag: UInt8 {
        case local = 1
        case other = 2
        case absent = 3
    }

    init(_ tree: Tree) {
        self.tree = tree
        bytes.reserveCapacity(1024)
    }

    /// Writes a function: parameters and body, without name, docstring and annotations. To be called once.
    mutating func write(_ function: FunctionDefinition) {
        scopes.append([function.name: nextLocal()])
        open(function)
        while let item = work.popLast() {
            switch item {
            case .leave: scopes.removeLast()
            case .node(let node): write(node)
            }
        }
    }

    private mutating func nextLocal() -> UInt32 {
        locals += 1
        return locals
    }

    /// Parameters now, the body next.
    private mutating func open(_ function: FunctionDefinition) {
        scopes.append(numbered(boundNames(function)))
        writeParameters(function.parameters)
        let body = withoutDocstring(function.body)
        put(UInt32(body.count))
        work.append(.leave)
        for id in body.reversed() { work.append(.node(.statement(id))) }
        pushDefaults(function.parameters)
    }

    private mutating func writeParameters(_ list: ParameterList) {
        put(UInt32(tree[list].count))
        for parameter in tree[list] {
            put(UInt8(truncatingIfNeeded: parameter.kind.rawValue))
            put(parameter.defaultValue == nil ? 0 as UInt8 : 1)
            put(parameter.name)
        }
    }

    private mutating func pushDefaults(_ list: ParameterList) {
        for parameter in tree[list].reversed() {
            if let value = parameter.defaultValue { work.append(.node(.expression(value))) }
        }
    }

    private func withoutDocstring(_ list: StatementList) -> ArraySlice<StatementID> {
        let body = Array(tree[list])
        guard body.count > 1, let first = body.first, case .expression(let id) = tree[first],
            case .constant(.string) = tree[id]
        else { return body[...] }
        return body.dropFirst()
    }

    private func numbered(_ names: [Name]) -> [Name: UInt32] {
        var numbers: [Name: UInt32] = [:]
        for name in names where numbers[name] == nil { numbers[name] = 0 }
        return numbers
    }

    private mutating func write(_ node: Node) {
        nodes += 1
        switch node {
        case .statement(let id):
            if case .functionDefinition(let function) = tree[id] {
                put(0x10 as UInt8)
                put(function.name)
                open(function)
                return
            }
            writeHead(tree[id])
        case .expression(let id):
            if case .lambda(let parameters, _) = tree[id] {
                put(0x60 as UInt8)
                writeParameters(parameters)
            } else {
                writeHead(tree[id])
            }
        case .pattern(let id): writeHead(tree[id])
        }
        pushChildren(of: node)
    }

    private mutating func pushChildren(of node: Node) {
        let first = work.count
        if case .statement(let id) = node, case .annotatedAssignment(let target, _, let value, _) = tree[id] {
            work.append(.node(.expression(target)))
            if let value { work.append(.node(.expression(value))) }
        } else {
            tree.forEachChild(of: node) { work.append(.node($0)) }
        }
        put(UInt32(work.count - first))
        work.reverse(from: first)
    }

    mutating func put(_ byte: UInt8) { bytes.append(byte) }

    /// A count or number: seven bits a byte, the last one without the high bit.
    mutating func put(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(_ value: UInt64) {
        for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    mutating func put(_ text: ArraySlice<UInt8>) {
        put(UInt32(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func put(text name: Name) {
        let text = tree.string(name)
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// A name that means a value: its number where the function binds it.
    mutating func put(_ name: Name) {
        for index in scopes.indices.reversed() {
            guard let number = scopes[index][name] else { continue }
            var known = number
            if known == 0 {
                known = nextLocal()
                scopes[index][name] = known
            }
            put(NameTag.local.rawValue)
            put(known)
            return
        }
        put(NameTag.other.rawValue)
        put(text: name)
    }

    mutating func put(_ name: Name?) {
        if let name { put(name) } else { put(NameTag.absent.rawValue) }
    }
}
