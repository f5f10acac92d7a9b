extension Machine {
    // MARK: Frames

    /// Opens the frame of a function whose arguments lie at `base`, one for each parameter and in their order.
    @inline(__always)
    func enter(
        _ function: FunctionObject,
        _ base: UnsafeMutablePointer<Value>,
        argumentCount: Int,
        isEntry: Bool = false
    ) throws(EngineError) {
        let code = function.code
        guard frameCount < frameLimit, stackEnd - base >= code.registerCount else { throw tooDeep() }
        try meter.charge(steps: code.count)
        try heap.check()
        let end = base + code.registerCount
        if end > highWater {
            highWater.initialize(repeating: .unbound, count: end - highWater)
            highWater = end
        }
        var register = base + argumentCount
        let locals = base + code.localCount
        while register < locals {
            register.pointee = .unbound
            register += 1
        }
        (frames + frameCount).initialize(
            to: Frame(
                code: code,
                function: function,
                base: base,
                next: 0,
                handledCount: handled.count,
                isEntry: isEntry
            )
        )
        frameCount &+= 1
        for register in code.cellParameters {
            base[Int(register)] = .object(CellObject(base[Int(register)], heap))
        }
    }

    /// Closes the innermost frame; whether the loop ends with it.
    @inline(__always)
    func leaveFrame() -> Bool {
        frameCount &-= 1
        let frame = frames[frameCount]
        if handled.count > frame.handledCount { handled.removeLast(handled.count - frame.handledCount) }
        var register = frame.base
        let end = register + frame.code.registerCount
        while register < end {
            if case .object = register.pointee { register.pointee = .unbound }
            register += 1
        }
        return frame.isEntry
    }

    @inline(never)
    func tooDeep(_ place: String = "") -> EngineError {
        .raise("RecursionError", "maximum recursion depth exceeded" + place)
    }

    // MARK: Binding

    /// Opens the frame of a function with arguments of any kind; they lie where the frame's registers will be.
    func bind(_ function: FunctionObject, _ arguments: Arguments) throws(EngineError) {
        let code = function.code
        let parameters = code.parameters
        if arguments.names.isEmpty, parameters.isSimple {
            let missing = parameters.positionalCount - arguments.count
            if missing == 0 {
                return try enter(function, arguments.base, argumentCount: arguments.count)
            }
            if missing > 0, missing <= function.defaults.count {
                try prepare(arguments.base, code.registerCount)
                for offset in 0..<missing {
                    arguments.base[arguments.count + offset] =
                        function.defaults[function.defaults.count - missing + offset]
                }
                return try enter(function, arguments.base, argumentCount: parameters.positionalCount)
            }
        }
        let bound = try bound(function, arguments.positional, arguments.keywords)
        try enter(function, arguments.base, bound, isEntry: false)
    }

    func enter(
        _ function: FunctionObject,
        _ base: UnsafeMutablePointer<Value>,
        _ bound: [Value],
        isEntry: Bool
    ) throws(EngineError) {
        try prepare(base, function.code.registerCount)
        for (offset, value) in bound.enumerated() { base[offset] = value }
        try enter(function, base, argumentCount: bound.count, isEntry: isEntry)
    }

    /// Makes sure that registers are initialized before they are assigned to.
    private func prepare(_ base: UnsafeMutablePointer<Value>, _ count: Int) throws(EngineError) {
        guard stackEnd - base >= count else { throw tooDeep() }
        let end = base + count
        if end > highWater {
            highWater.initialize(repeating: .unbound, count: end - highWater)
            highWater = end
        }
    }

    /// The values of all parameters, in the order of their registers.
    private func bound(
        _ function: FunctionObject,
        _ positional: [Value],
        _ keywords: [(name: String, value: Value)]
    ) throws(EngineError) -> [Value] {
        let parameters = function.code.parameters
        let name = function.code.name
        var values: [Value] = Array(repeating: .unbound, count: parameters.names.count)
        for index in 0..<min(positional.count, parameters.positionalCount) {
            values[index] = positional[index]
        }
        var others: DictObject?
        if parameters.variadicKeyword != nil { others = DictObject(heap) }
        var misplaced: [String] = []
        for (key, value) in keywords {
            if let index = parameters.names.firstIndex(of: key) {
                if index >= parameters.positionalOnlyCount {
                    if !values[index].isUnbound {
                        throw .typeError("\(name)() got multiple values for argument '\(key)'")
                    }
                    values[index] = value
                    continue
                }
                if others == nil {
                    misplaced.append(key)
                    continue
                }
            }
            guard let others else {
                throw .typeError("\(name)() got an unexpected keyword argument '\(key)'")
            }
            try others.set(string(key), value)
        }
        if !misplaced.isEmpty {
            throw .typeError(
                "\(name)() got some positional-only arguments passed as keyword arguments: '\(misplaced.joined(separator: ", "))'"
            )
        }
        if positional.count > parameters.positionalCount, parameters.variadic == nil {
            throw tooMany(function, positional.count, values)
        }
        try fillDefaults(function, &values)
        if parameters.variadic != nil {
            values.append(tuple(Array(positional.dropFirst(parameters.positionalCount))))
        }
        if let others { values.append(.object(others)) }
        return values
    }

    private func fillDefaults(_ function: FunctionObject, _ values: inout [Value]) throws(EngineError) {
        let parameters = function.code.parameters
        let firstDefault = parameters.positionalCount - function.defaults.count
        var missing: [String] = []
        for index in 0..<parameters.positionalCount where values[index].isUnbound {
            if index >= firstDefault {
                values[index] = function.defaults[index - firstDefault]
            } else {
                missing.append(parameters.names[index])
            }
        }
        if !missing.isEmpty { throw Arguments.missing(function.code.name, "positional", missing) }
        for index in parameters.positionalCount..<parameters.names.count where values[index].isUnbound {
            let value = function.keywordDefaults[index - parameters.positionalCount]
            if value.isUnbound { missing.append(parameters.names[index]) } else { values[index] = value }
        }
        if !missing.isEmpty { throw Arguments.missing(function.code.name, "keyword-only", missing) }
    }

    private func tooMany(_ function: FunctionObject, _ given: Int, _ values: [Value]) -> EngineError {
        let parameters = function.code.parameters
        let most = parameters.positionalCount
        let least = most - function.defaults.count
        let keywordOnly = values[most...].count { !$0.isUnbound }
        var takes = least < most ? "from \(least) to \(most)" : "\(most)"
        takes += most == 1 && least == most ? " positional argument" : " positional arguments"
        var were = "\(given) \(given == 1 ? "was" : "were") given"
        if keywordOnly > 0 {
            were =
                "\(given) positional argument\(given == 1 ? "" : "s") (and \(keywordOnly) keyword-only argument\(keywordOnly == 1 ? "" : "s")) were given"
        }
        return .typeError("\(function.code.name)() takes \(takes) but \(were)")
    }

    // MARK: Calls

    /// Calls anything with arguments in registers; functions of the program run in a loop of their own.
    func call(_ callee: Value, _ arguments: Arguments) throws(EngineError) -> Value {
        guard case .object(let object) = callee else { throw notCallable(callee) }
        switch object.kind {
        case .builtin:
            guard frameCount < frameLimit else { throw tooDeep(" while calling a Python object") }
            return try unsafeDowncast(object, to: BuiltinObject.self).function(self, arguments)
        case .boundMethod:
            let method = unsafeDowncast(object, to: BoundMethodObject.self)
            return try method.method(self, method.receiver, arguments)
        case .function: return try call(callee, arguments.positional, arguments.keywords)
        case .type:
            let type = unsafeDowncast(object, to: TypeObject.self)
            if let constructor = type.constructor { return try constructor(self, arguments) }
            return try Constructors.call(type.type, self, arguments)
        case .namedTupleType:
            return try NamedTuples.make(
                unsafeDowncast(object, to: NamedTupleTypeObject.self),
                self,
                arguments
            )
        case .action:
            return try callAction(unsafeDowncast(object, to: ActionObject.self).name, arguments)
        case .partial:
            let partial = unsafeDowncast(object, to: PartialObject.self)
            var keywords = partial.keywords
            for (name, value) in arguments.keywords {
                if let index = keywords.firstIndex(where: { $0.name == name }) {
                    keywords[index].value = value
                } else {
                    keywords.append((name, value))
                }
            }
            return try call(partial.function, partial.arguments + arguments.positional, keywords)
        case .cachedFunction:
            return try unsafeDowncast(object, to: CachedFunctionObject.self).call(self, arguments)
        default: throw notCallable(callee)
        }
    }

    private func notCallable(_ value: Value) -> EngineError {
        .typeError("'\(TypeNames.name(of: value))' object is not callable")
    }

    /// Calls anything from code of the sandbox.
    func call(
        _ callee: Value,
        _ positional: [Value],
        _ keywords: [(name: String, value: Value)] = []
    ) throws(EngineError) -> Value {
        if let function = callee.object(.function, as: FunctionObject.self) {
            try enterNative()
            defer { nativeDepth -= 1 }
            let base = top
            if keywords.isEmpty, function.code.isSimple, function.code.positionalCount == positional.count {
                try enter(function, base, positional, isEntry: true)
            } else {
                try enter(function, base, bound(function, positional, keywords), isEntry: true)
            }
            return try run()
        }
        let count = positional.count + keywords.count
        let registers = UnsafeMutablePointer<Value>.allocate(capacity: max(count, 1))
        defer {
            registers.deinitialize(count: count)
            registers.deallocate()
        }
        for (offset, value) in positional.enumerated() { (registers + offset).initialize(to: value) }
        for (offset, keyword) in keywords.enumerated() {
            (registers + positional.count + offset).initialize(to: keyword.value)
        }
        return try call(callee, Arguments(registers, count: positional.count, names: keywords.map(\.name)))
    }

    /// Counts one more level of Swift code that calls back into the program, and refuses where the stack ends.
    func enterNative() throws(EngineError) {
        guard nativeDepth < limits.nativeDepth, guardian.hasRoom else {
            throw tooDeep(" while calling a Python object")
        }
        nativeDepth += 1
    }

    /// `function(*list, **dict)` with the function in a register and both after it; whether a frame was opened.
    func callSpread(_ a: UnsafeMutablePointer<Value>) throws(EngineError) -> Bool {
        let positional = unsafeList(a[1]).array
        var keywords: [(name: String, value: Value)] = []
        for (key, value) in unsafeDict(a[2]).items {
            guard let name = key.string else { throw .typeError("keywords must be strings") }
            keywords.append((name.text.string, value))
        }
        try meter.charge(steps: positional.count / 4)
        if let function = a.pointee.object(.function, as: FunctionObject.self) {
            try enter(function, a + 1, bound(function, positional, keywords), isEntry: false)
            return true
        }
        a.pointee = try call(a.pointee, positional, keywords)
        return false
    }
}
