internal import SPySyntax

/// A region of the program with names of its own, as Python's symbol table has it.
struct Scope {
    /// What makes a scope.
    enum Kind {
        case module
        case function
        case lambda
        /// A comprehension; a generator expression runs later, the others at once.
        case comprehension(isDeferred: Bool)
        case classBody
    }

    let kind: Kind
    /// Index of the scope around it; the module's own index for the module.
    let parent: Int
    /// Index of the function whose code it is, lambdas and comprehensions included; 0 is the module.
    let function: Int
    /// Index of the scope whose run it is part of: of a comprehension the scope around it, otherwise its own.
    let frame: Int
    /// Indexes into the table's symbols, in the order of first binding.
    var symbols: [Int] = []
    /// How many names have slots, where this scope is a frame.
    var slotCount = 0
    /// Names declared `global` here.
    var globals: Set<Name> = []
    /// Names declared `nonlocal` here.
    var nonlocals: Set<Name> = []

    /// Whether names bound here are seen by functions inside.
    var isVisibleInside: Bool {
        if case .classBody = kind { false } else { true }
    }

    /// Whether a name not bound here yet may still mean something of the run-time: at module level and in classes.
    var fallsBack: Bool {
        switch kind {
        case .module, .classBody: true
        case .function, .lambda, .comprehension: false
        }
    }
}

/// A name in the scope that binds it.
struct Symbol {
    let name: Name
    let scope: Int
    /// Its place among the names of its frame, for sets of bits.
    let slot: Int
    /// The last binding found; the others follow by ``Occurrence/previousBinding``.
    var lastBinding: Int = -1
    var bindingCount = 0
    /// The last import of a module that binds it, as an index into the imports; -1 for none.
    var moduleImport = -1
    /// The last import of a member of a module that binds it.
    var memberImport = -1
    /// Reads in any scope, those of `x += 1` not counted.
    var readCount = 0
}
