/// What is known about a method name on a kind of object.
enum MethodSlot {
    case unknown
    case absent
    case present(NativeMethod)
}

extension Machine {
    private static let kindCount = Int(Kind.property.rawValue) + 6

    /// The method of a value by the number of its name; nothing where it has none.
    @inline(__always)
    func method(_ value: Value, _ name: Int32) -> NativeMethod? {
        let row: Int
        switch value {
        case .object(let object):
            if object.kind == .dict, unsafeDowncast(object, to: DictObject.self).flavor != .plain {
                return MethodTables.method(names.names[Int(name)], of: value)
            }
            row = Int(object.kind.rawValue)
        case .int, .bool: row = Self.kindCount - 5
        case .float: row = Self.kindCount - 4
        default: return nil
        }
        let index = Int(name) &* Self.kindCount &+ row
        if index < methodCache.count {
            switch methodCache[index] {
            case .present(let method): return method
            case .absent: return nil
            case .unknown: break
            }
        }
        return lookUp(value, name, index)
    }

    @inline(never)
    private func lookUp(_ value: Value, _ name: Int32, _ index: Int) -> NativeMethod? {
        if index >= methodCache.count {
            let size = names.names.count * Self.kindCount
            methodCache += Array(repeating: .unknown, count: max(size, index + 1) - methodCache.count)
        }
        let method = MethodTables.method(names.names[Int(name)], of: value)
        // What depends on the object and not on its kind alone is not kept.
        if !MethodTables.dependsOnObject(value) {
            methodCache[index] = method.map { .present($0) } ?? .absent
        }
        return method
    }

    func attribute(_ value: Value, names index: Int32) throws(EngineError) -> Value {
        try attribute(value, names.names[Int(index)])
    }

    /// `value.name`
    func attribute(_ value: Value, _ name: String) throws(EngineError) -> Value {
        if let found = try optionalAttribute(value, name) { return found }
        throw noAttribute(value, name)
    }

    func noAttribute(_ value: Value, _ name: String) -> EngineError {
        let kind: String
        switch value.kind {
        case .module: kind = "module '\(value.object(.module, as: ModuleObject.self)!.name)'"
        case .type: kind = "type object '\(value.object(.type, as: TypeObject.self)!.type.name)'"
        case .namedTupleType:
            kind = "type object '\(value.object(.namedTupleType, as: NamedTupleTypeObject.self)!.type.name)'"
        default: kind = "'\(TypeNames.name(of: value))' object"
        }
        return .raise("AttributeError", "\(kind) has no attribute '\(name)'")
    }

    /// `value.name`, or nothing where it has no such attribute.
    func optionalAttribute(_ value: Value, _ name: String) throws(EngineError) -> Value? {
        if name.utf8.count > 4, name.hasPrefix("__"), name.hasSuffix("__") {
            return try dunder(value, name)
        }
        if case .object(let object) = value {
            switch object.kind {
            case .module: return unsafeDowncast(object, to: ModuleObject.self).members[name]
            case .exception:
                if let found = try exceptionAttribute(unsafeDowncast(object, to: ExceptionObject.self), name)
                {
                    return found
                }
            case .tuple:
                let tuple = unsafeDowncast(object, to: TupleObject.self)
                if let index = tuple.type?.fields.firstIndex(of: name) {
                    heap.debit(searched: index * 4)
                    return tuple.items[index]
                }
            case .action:
                let action = unsafeDowncast(object, to: ActionObject.self)
                return try actions.attribute(name, of: action, self)
            case .range:
                let range = unsafeDowncast(object, to: RangeObject.self)
                switch name {
                case "start": return .int(range.start)
                case "stop": return .int(range.stop)
                case "step": return .int(range.step)
                default: break
                }
            case .slice:
                let slice = unsafeDowncast(object, to: SliceObject.self)
                switch name {
                case "start": return slice.start
                case "stop": return slice.stop
                case "step": return slice.step
                default: break
                }
            case .dict where name == "default_factory":
                let dict = unsafeDowncast(object, to: DictObject.self)
                if dict.flavor == .defaultDict { return dict.factory }
            case .deque where name == "maxlen":
                return unsafeDowncast(object, to: DequeObject.self).maximum.map { .int($0) } ?? Value.none
            case .partial:
                let partial = unsafeDowncast(object, to: PartialObject.self)
                switch name {
                case "func": return partial.function
                case "args": return tuple(partial.arguments)
                case "keywords":
                    let dict = DictObject(heap)
                    for (name, value) in partial.keywords { try dict.set(string(name), value) }
                    return .object(dict)
                default: break
                }
            case .type:
                if let found = try Constructors.attribute(
                    unsafeDowncast(object, to: TypeObject.self).type,
                    name,
                    self
                ) {
                    return found
                }
            case .namedTupleType:
                return try NamedTuples.attribute(
                    unsafeDowncast(object, to: NamedTupleTypeObject.self),
                    name,
                    self
                )
            default:
                if let foreign = object.foreign, let found = try foreign.attribute(name, self) {
                    return found
                }
            }
        } else if let found = try numberAttribute(value, name) {
            return found
        }
        guard let method = MethodTables.method(name, of: value) else { return nil }
        return .object(BoundMethodObject(value, name, method, heap))
    }

    private func numberAttribute(_ value: Value, _ name: String) throws(EngineError) -> Value? {
        guard Numeral(value) != nil else { return nil }
        switch name {
        case "real", "numerator":
            if case .float = value, name == "numerator" { return nil }
            if case .bool(let flag) = value { return .int(flag ? 1 : 0) }
            return value
        case "imag":
            if case .float = value { return .float(0) }
            return .int(0)
        case "denominator":
            if case .float = value { return nil }
            return .int(1)
        default: return nil
        }
    }

    private func exceptionAttribute(_ exception: ExceptionObject, _ name: String) throws(EngineError)
        -> Value?
    {
        if name == "args" { return tuple(exception.arguments) }
        if let value = exception.attributes[name] { return value }
        if name == "value", exception.type === ExceptionTypes.stopIteration {
            return exception.arguments.first ?? Value.none
        }
        if name == "code", exception.type.name == "SystemExit" {
            return exception.arguments.first ?? Value.none
        }
        if name == "name", exception.type.isSubtype(of: ExceptionTypes["NameError"]) { return Value.none }
        return nil
    }

    /// The few double-underscored attributes that are harmless and that programs of this kind use.
    private func dunder(_ value: Value, _ name: String) throws(EngineError) -> Value? {
        guard name == "__name__" || name == "__qualname__" else { return nil }
        guard case .object(let object) = value else { return nil }
        switch object.kind {
        case .function: return try string(unsafeDowncast(object, to: FunctionObject.self).code.name)
        case .builtin: return try string(unsafeDowncast(object, to: BuiltinObject.self).name)
        case .boundMethod: return try string(unsafeDowncast(object, to: BoundMethodObject.self).name)
        case .type: return try string(unsafeDowncast(object, to: TypeObject.self).type.name)
        case .namedTupleType:
            return try string(unsafeDowncast(object, to: NamedTupleTypeObject.self).type.name)
        case .module: return try string(unsafeDowncast(object, to: ModuleObject.self).name)
        default: return nil
        }
    }

    /// The error for an attribute that cannot be set; hardly anything in the subset has one that can.
    func refuseAttribute(_ value: Value, _ name: String) throws(EngineError) {
        guard try optionalAttribute(value, name) != nil else { throw noAttribute(value, name) }
        if value.kind == .type {
            let type = value.object(.type, as: TypeObject.self)!.type
            throw .typeError("cannot set '\(name)' attribute of immutable type '\(type.name)'")
        }
        if value.kind?.isForeign == true, MethodTables.method(name, of: value) == nil {
            throw .raise(
                "AttributeError",
                "attribute '\(name)' of '\(TypeNames.name(of: value))' objects is not writable"
            )
        }
        if value.kind == .tuple { throw .raise("AttributeError", "can't set attribute") }
        throw .raise(
            "AttributeError",
            "'\(TypeNames.name(of: value))' object attribute '\(name)' is read-only"
        )
    }
}
