internal import SPySyntax

/// The instructions that are not worth a place in the loop.
extension Machine {
    func perform(
        _ instruction: Instruction,
        _ a: UnsafeMutablePointer<Value>,
        _ registers: UnsafeMutablePointer<Value>,
        _ constants: UnsafeMutablePointer<Value>,
        _ code: Code
    ) throws(EngineError) {
        func value(_ index: Int32) -> Value { ((index >= 0 ? registers : constants) + Int(index)).pointee }
        func run(from base: Int32, _ count: Int32) -> UnsafeBufferPointer<Value> {
            UnsafeBufferPointer(start: registers + Int(base), count: Int(count))
        }
        switch instruction.operation {
        case .deleteGlobal:
            let slot = globals + Int(instruction.a)
            if slot.pointee.isUnbound { throw undefined(globalNames[Int(instruction.a)]) }
            slot.pointee = .unbound
        case .deleteCell:
            guard case .object(let object) = a.pointee, let cell = object as? CellObject else { return }
            if cell.value.isUnbound { throw unboundLocal(instruction.b) }
            cell.value = .unbound
        case .deleteLocal:
            if a.pointee.isUnbound { throw unboundLocal(instruction.b) }
            a.pointee = .unbound

        case .attribute: a.pointee = try attribute(value(instruction.b), names: instruction.c)
        case .storeAttribute:
            let (object, name) = (value(instruction.a), names.names[Int(instruction.c)])
            if case .object(let target) = object, let foreign = target.foreign,
                try foreign.setAttribute(name, value(instruction.b), self)
            {
                return
            }
            try refuseAttribute(object, name)
        case .requireAttribute:
            if method(a.pointee, instruction.c) == nil { _ = try attribute(a.pointee, names: instruction.c) }
        case .deleteAttribute: try refuseAttribute(value(instruction.a), names.names[Int(instruction.c)])
        case .deleteIndex: try deleteItem(value(instruction.a), value(instruction.b))
        case .makeSlice:
            let base = registers + Int(instruction.b)
            a.pointee = .object(SliceObject(base[0], base[1], base[2], heap))
        case .unpack: try unpack(value(instruction.b), a, Int(instruction.c))
        case .unpackStarred: try unpack(value(instruction.b), a, Int(instruction.c), Int(instruction.extra))

        case .makeList:
            let list = ListObject(heap)
            try list.append(run(from: instruction.b, instruction.c))
            a.pointee = .object(list)
        case .makeTuple: a.pointee = tuple(Array(run(from: instruction.b, instruction.c)))
        case .makeSet:
            let set = SetObject(heap)
            for element in run(from: instruction.b, instruction.c) { try set.add(element) }
            a.pointee = .object(set)
        case .refineSet:
            guard let set = a.pointee.set else { return }
            let constant = SetObject(heap)
            for element in set.elements { try constant.add(element) }
            a.pointee = .object(instruction.flag == 1 ? constant : try SetAlgebra.copy(constant))
        case .dictFill:
            let dict = unsafeDict(a.pointee)
            for pair in 0..<Int(instruction.c) {
                let base = registers + Int(instruction.b) + 2 * pair
                try dict.set(base[0], base[1])
            }
        case .makeDict: a.pointee = .object(DictObject(heap))
        case .joinStrings: a.pointee = try joinStrings(run(from: instruction.b, instruction.c))
        case .listExtend:
            let added = value(instruction.b)
            guard isIterable(added) else {
                let place =
                    instruction.flag == 1 ? calleeName(registers[Int(instruction.c)]) + " argument" : "Value"
                throw .typeError("\(place) after * must be an iterable, not \(TypeNames.name(of: added))")
            }
            try extend(unsafeList(a.pointee), added)
        case .setAdd: try a.pointee.set?.add(value(instruction.b))
        case .setUpdate:
            guard let set = a.pointee.set else { return }
            try SetAlgebra.update(set, value(instruction.b), self)
        case .dictUpdate:
            try updateDisplay(instruction, unsafeDict(a.pointee), value(instruction.b), registers)
        case .listToTuple: a.pointee = tuple(unsafeList(a.pointee).array)
        case .formatValue:
            a.pointee = try formatField(
                value(instruction.b),
                value(instruction.c),
                conversion: instruction.flag
            )

        case .makeFunction: makeFunction(instruction, a, registers, code)
        case .makeGenerator:
            guard let function = value(instruction.c).object(.function, as: FunctionObject.self) else {
                return
            }
            a.pointee = .object(GeneratorObject(function, value(instruction.b), heap))

        case .raise: try raise(instruction, value)
        case .reraise:
            guard let exception = a.pointee.object(.exception, as: ExceptionObject.self) else { return }
            isRaisedAgain = true
            throw raising(exception)
        case .enterHandler:
            leaveHandlers(instruction.b)
            handled.append(a.pointee.object(.exception, as: ExceptionObject.self))
        case .enterFinally:
            leaveHandlers(instruction.b)
            handled.append(nil)
        case .leaveHandlers: leaveHandlers(instruction.a)
        case .exceptionMatches:
            a.pointee = .bool(try exceptionMatches(value(instruction.b), value(instruction.c)))
        case .assertionFailed:
            let arguments = instruction.flag == 1 ? [value(instruction.a)] : []
            throw raising(ExceptionObject(ExceptionTypes["AssertionError"], arguments, heap))

        case .importModule: a.pointee = .object(try importModule(names.names[Int(instruction.b)]))
        case .importName:
            a.pointee = try importName(names.names[Int(instruction.c)], from: names.names[Int(instruction.b)])

        case .matchSequence: a.pointee = .bool(matchesSequence(value(instruction.b), instruction))
        case .matchMapping:
            let dict = value(instruction.b).dict
            a.pointee = .bool(dict != nil && dict!.count >= Int(instruction.c))
        case .matchKey:
            a.pointee = try value(instruction.b).dict?.get(value(instruction.c)) ?? .unbound
        case .matchRest:
            let rest = DictObject(heap)
            if let dict = value(instruction.b).dict { try rest.update(dict) }
            for offset in 0..<Int(instruction.extra) {
                _ = try rest.remove(registers[Int(instruction.c) + offset])
            }
            a.pointee = .object(rest)
        case .matchClass:
            try matchClass(value(instruction.b), value(instruction.c), a, Int(instruction.extra))
        case .matchAttribute:
            a.pointee =
                try optionalAttribute(value(instruction.b), names.names[Int(instruction.c)]) ?? .unbound
        case .record: watches.record(Int(instruction.b), value(instruction.a), self)
        default: preconditionFailure("an instruction without meaning")
        }
    }

    private func leaveHandlers(_ depth: Int32) {
        let wanted = frames[frameCount - 1].handledCount + Int(depth)
        if handled.count > wanted { handled.removeLast(handled.count - wanted) }
    }

    private func makeFunction(
        _ instruction: Instruction,
        _ a: UnsafeMutablePointer<Value>,
        _ registers: UnsafeMutablePointer<Value>,
        _ outer: Code
    ) {
        let code = outer.codes[Int(instruction.b)]
        let (positional, keywordOnly) = (Int(instruction.c), Int(instruction.extra))
        let defaults = Array(UnsafeBufferPointer(start: a, count: positional))
        let keywordDefaults = Array(UnsafeBufferPointer(start: a + positional, count: keywordOnly))
        var cells: [CellObject] = []
        for capture in code.captures {
            switch capture {
            case .register(let register):
                if case .object(let object) = registers[Int(register)], let cell = object as? CellObject {
                    cells.append(cell)
                } else {
                    cells.append(CellObject(.unbound, heap))
                }
            case .free(let index): cells.append(frames[frameCount - 1].function!.cells[Int(index)])
            }
        }
        a.pointee = .object(
            FunctionObject(code, defaults: defaults, keywordDefaults: keywordDefaults, cells: cells, heap)
        )
    }

    // MARK: Names without a value

    func unboundLocal(_ name: Int32) -> EngineError {
        .raise(
            "UnboundLocalError",
            "cannot access local variable '\(names.names[Int(name)])' where it is not associated with a value"
        )
    }

    func unboundFree(_ name: Int32) -> EngineError {
        .raise(
            "NameError",
            "cannot access free variable '\(names.names[Int(name)])' where it is not associated with a value in enclosing scope"
        )
    }

    func undefined(_ name: String) -> EngineError { .raise("NameError", "name '\(name)' is not defined") }

    /// What a name means that is no variable with a value: a builtin, an action, or nothing.
    func outerValue(_ index: Int32) throws(EngineError) -> Value {
        let index = Int(index)
        if index >= outer.count {
            outer += Array(repeating: .unbound, count: names.names.count - outer.count)
        }
        if case .unbound = outer[index] {} else { return outer[index] }
        let name = names.names[index]
        if let value = try actions.value(of: name, self) {
            outer[index] = value
            return value
        }
        if let builtin = Builtins.value(of: name, self) {
            outer[index] = builtin
            return builtin
        }
        if Builtins.absent.contains(name) { throw .raise("NameError", "SPy has no '\(name)'") }
        throw undefined(name)
    }

    // MARK: Exceptions

    private func raise(_ instruction: Instruction, _ value: (Int32) -> Value) throws(EngineError) {
        guard instruction.flag > 0 else {
            guard let current = currentException else {
                throw .raise("RuntimeError", "No active exception to reraise")
            }
            isRaisedAgain = true
            throw raising(current)
        }
        let exception = try exceptionToRaise(
            value(instruction.a),
            "exceptions must derive from BaseException"
        )
        if instruction.flag == 2 {
            let cause = value(instruction.b)
            exception.cause =
                cause.isNone
                ? nil : try exceptionToRaise(cause, "exception causes must derive from BaseException")
            exception.suppressesContext = true
        }
        throw raising(exception)
    }

    /// An exception object from what `raise` was given: the object itself, or a class to make one of.
    private func exceptionToRaise(_ value: Value, _ refusal: String) throws(EngineError) -> ExceptionObject {
        if let exception = value.object(.exception, as: ExceptionObject.self) { return exception }
        if let type = value.object(.type, as: TypeObject.self), type.type.isException {
            return ExceptionObject(type.type, [], heap)
        }
        throw .typeError(refusal)
    }

    private func exceptionMatches(_ exception: Value, _ types: Value) throws(EngineError) -> Bool {
        guard let exception = exception.object(.exception, as: ExceptionObject.self) else { return false }
        let refusal = EngineError.typeError(
            "catching classes that do not inherit from BaseException is not allowed"
        )
        let candidates = types.tuple?.items ?? [types]
        for candidate in candidates {
            guard let type = candidate.object(.type, as: TypeObject.self), type.type.isException else {
                throw refusal
            }
        }
        for candidate in candidates {
            guard let type = candidate.object(.type, as: TypeObject.self) else { continue }
            if exception.type.isSubtype(of: type.type) { return true }
        }
        return false
    }

    // MARK: Displays

    private func updateDisplay(
        _ instruction: Instruction,
        _ dict: DictObject,
        _ added: Value,
        _ registers: UnsafeMutablePointer<Value>
    ) throws(EngineError) {
        guard let added = added.dict else {
            if instruction.flag == 1 {
                let function = calleeName(registers[Int(instruction.c)])
                throw .typeError(
                    "\(function) argument after ** must be a mapping, not \(TypeNames.name(of: added))"
                )
            }
            throw .typeError("'\(TypeNames.name(of: added))' object is not a mapping")
        }
        guard instruction.flag == 1 else { return try dict.update(added) }
        for (key, value) in added.items {
            if try dict.get(key) != nil, let name = key.string {
                let function = calleeName(registers[Int(instruction.c)])
                throw .typeError("\(function) got multiple values for keyword argument '\(name.text.string)'")
            }
            try dict.set(key, value)
        }
    }

    private func calleeName(_ callee: Value) -> String {
        guard case .object(let object) = callee else { return TypeNames.name(of: callee) }
        switch object.kind {
        case .function:
            let function = unsafeDowncast(object, to: FunctionObject.self)
            return "__main__.\(function.code.name)()"
        case .builtin: return unsafeDowncast(object, to: BuiltinObject.self).name + "()"
        case .type: return unsafeDowncast(object, to: TypeObject.self).type.name + "()"
        default: return TypeNames.name(of: callee)
        }
    }
}
