internal import SPySyntax

extension Compiler {
    /// Where the value of a name is.
    enum Variable {
        case register(Int32)
        case cell(Int32)
        case free(Int32)
        case global(Int32)
        case outer
    }

    func variable(_ name: Name) -> Variable {
        if let symbol = scope.resolve(name) {
            if symbol.owner.host === scope.host {
                return symbol.isCell ? .cell(symbol.register) : .register(symbol.register)
            }
            return .free(scope.host.freeIndex(name) ?? 0)
        }
        if let slot = globals[name] { return .global(slot) }
        return .outer
    }

    func nameIndex(_ name: Name) -> Int32 { names.index(tree.string(name)) }

    /// A register that holds a variable's value, checked to have one; nothing where it must be loaded first.
    func direct(_ name: Name) -> Int32? {
        guard case .register(let register) = variable(name) else { return nil }
        checkBound(name, register)
        return register
    }

    private func checkBound(_ name: Name, _ register: Int32) {
        if bound.contains(register) { return }
        builder.emit(.checkBound, a: register, b: nameIndex(name))
        noteBound(name, register)
    }

    private func noteBound(_ name: Name, _ register: Int32) {
        // What is emptied somewhere may be empty again on the next turn of a loop.
        if !isDeletedSomewhere(name) { bound.insert(register) }
    }

    private func isDeletedSomewhere(_ name: Name) -> Bool {
        var current: Scope? = scope
        while let scope = current, scope.kind != .module {
            if scope.deleted.contains(name) { return true }
            current = scope.parent
        }
        return false
    }

    func load(_ name: Name, into target: Int32) {
        switch variable(name) {
        case .register(let register):
            checkBound(name, register)
            if register != target { builder.emit(.move, a: target, b: register) }
        case .cell(let register): builder.emit(.loadCell, a: target, b: register, c: nameIndex(name))
        case .free(let index): builder.emit(.loadFree, a: target, b: index, c: nameIndex(name))
        case .global(let slot): builder.emit(.loadGlobal, a: target, b: slot, c: nameIndex(name))
        case .outer: builder.emit(.loadOuter, a: target, b: nameIndex(name))
        }
    }

    func store(_ name: Name, from value: Int32) {
        switch variable(name) {
        case .register(let register):
            if register != value { builder.emit(.move, a: register, b: value) }
            noteBound(name, register)
        case .cell(let register): builder.emit(.storeCell, a: register, b: value)
        case .free(let index): builder.emit(.storeFree, a: index, b: value)
        case .global(let slot): builder.emit(.storeGlobal, a: slot, b: value)
        case .outer: break
        }
    }

    /// `del name`.
    func delete(_ name: Name) {
        switch variable(name) {
        case .register(let register):
            builder.emit(.deleteLocal, a: register, b: nameIndex(name))
            bound.remove(register)
        case .cell(let register): builder.emit(.deleteCell, a: register, b: nameIndex(name))
        case .global(let slot): builder.emit(.deleteGlobal, a: slot, b: nameIndex(name))
        case .free, .outer: break
        }
    }

    /// Empties the name of an `except … as name`, whether or not it still has a value.
    func forget(_ name: Name) {
        let none = builder.constant(.none)
        switch variable(name) {
        case .register(let register):
            builder.emit(.clear, a: register)
            bound.remove(register)
        default:
            store(name, from: none)
            delete(name)
        }
    }
}
