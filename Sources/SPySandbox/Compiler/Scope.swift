internal import SPySyntax

/// A region of a program in which names have one meaning: the module, a function, a lambda, a comprehension.
final class Scope {
    enum Kind { case module, function, lambda, generator, comprehension }

    let kind: Kind
    let parent: Scope?
    /// Variables bound in this scope; of the module only those that comprehensions bind.
    private(set) var symbols: [Name: Symbol] = [:]
    /// The variables in the order in which they were found.
    private(set) var order: [Symbol] = []
    /// Names that the code of this scope captures from functions around it.
    private(set) var free: [Name] = []
    private var freeIndexes: [Name: Int32] = [:]
    /// Whether some `:=` may change a variable in the middle of an expression.
    var hasWalrus = false
    /// Names that `del` or an `except … as` takes the value from, here or there.
    var deleted: Set<Name> = []

    init(_ kind: Kind, parent: Scope?) {
        self.kind = kind
        self.parent = parent
    }

    /// The scope whose code this scope's instructions are part of.
    var host: Scope {
        var scope = self
        while scope.kind == .comprehension, let parent = scope.parent { scope = parent }
        return scope
    }

    /// The nearest scope that is no comprehension: where `:=` binds.
    var walrusScope: Scope {
        var scope = self
        while scope.kind == .comprehension || scope.kind == .generator, let parent = scope.parent {
            scope = parent
        }
        return scope
    }

    func bind(_ name: Name) {
        guard symbols[name] == nil else { return }
        let symbol = Symbol(name, owner: self)
        symbols[name] = symbol
        order.append(symbol)
    }

    /// What a name means here; nothing where it is a variable of the module or not defined at all.
    func resolve(_ name: Name) -> Symbol? {
        var scope: Scope? = self
        while let current = scope {
            if current.kind == .module { return nil }
            if let symbol = current.symbols[name] { return symbol }
            scope = current.parent
        }
        return nil
    }

    /// Notes that this scope uses a name; a variable of another code becomes a cell that is handed down.
    func use(_ name: Name) {
        guard let symbol = resolve(name) else { return }
        let home = symbol.owner.host
        var code = host
        if code === home { return }
        symbol.isCell = true
        while code !== home {
            if code.freeIndexes[name] == nil {
                code.freeIndexes[name] = Int32(code.free.count)
                code.free.append(name)
            }
            guard let parent = code.parent else { return }
            code = parent.host
        }
    }

    func freeIndex(_ name: Name) -> Int32? { freeIndexes[name] }
}

/// A variable of a scope.
final class Symbol {
    let name: Name
    unowned let owner: Scope
    /// Whether an inner function captures it.
    var isCell = false
    /// Its register in the code of its scope, once that is being made.
    var register: Int32 = -1

    init(_ name: Name, owner: Scope) {
        self.name = name
        self.owner = owner
    }
}
