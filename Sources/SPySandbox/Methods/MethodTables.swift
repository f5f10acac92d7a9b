/// Which type has which methods.
enum MethodTables {
    static func method(_ name: String, of value: Value) -> NativeMethod? {
        switch value {
        case .int, .bool: return NumberMethods.integer[name]
        case .float: return NumberMethods.float[name]
        case .object(let object): return method(name, of: object)
        default: return nil
        }
    }

    /// Whether objects of one kind differ in what methods they have.
    static func dependsOnObject(_ value: Value) -> Bool {
        switch value.kind {
        case .set, .tuple, .module, .type, .namedTupleType, .exception, .action, .iterator, .dictView: true
        default: false
        }
    }

    private static func method(_ name: String, of object: Object) -> NativeMethod? {
        switch object.kind {
        case .integer: return NumberMethods.integer[name]
        case .string: return StringMethods.table[name] ?? Constructors.classMethod(name, of: .str)
        case .bytes: return BytesMethods.table[name] ?? Constructors.classMethod(name, of: .bytes)
        case .list: return ListMethods.table[name]
        case .tuple:
            if unsafeDowncast(object, to: TupleObject.self).type != nil, let method = NamedTuples.table[name]
            {
                return method
            }
            return SequenceMethods.table[name]
        case .range: return SequenceMethods.table[name]
        case .dict:
            let dict = unsafeDowncast(object, to: DictObject.self)
            switch dict.flavor {
            case .plain, .defaultDict:
                return DictMethods.table[name] ?? Constructors.classMethod(name, of: .dict)
            case .ordered: return DictMethods.ordered[name] ?? DictMethods.table[name]
            case .counter: return Counters.table[name] ?? DictMethods.table[name]
            }
        case .set:
            if let method = SetMethods.table[name] { return method }
            return unsafeDowncast(object, to: SetObject.self).isFrozen ? nil : SetMethods.mutating[name]
        case .deque: return DequeMethods.table[name]
        case .dictView: return name == "isdisjoint" ? SetMethods.table[name] : nil
        case .exception: return ExceptionMethods.table[name]
        case .slice: return name == "indices" ? SequenceMethods.sliceIndices : nil
        case .cachedFunction: return CachedFunctionObject.table[name]
        case .type: return Constructors.method(name, of: unsafeDowncast(object, to: TypeObject.self).type)
        case .namedTupleType: return name == "_make" ? NamedTuples.makeMethod : nil
        case .pattern, .match, .decimal, .date, .time, .datetime, .timedelta, .timezone, .random:
            return ModuleMethods.method(name, of: object)
        default: return nil
        }
    }
}

/// Methods of exceptions.
enum ExceptionMethods {
    static let table: [String: NativeMethod] = [
        "with_traceback": { machine, value, arguments throws(EngineError) in value },
        "add_note": { machine, value, arguments throws(EngineError) in
            guard try arguments.one("BaseException.add_note").kind == .string else {
                throw .typeError("note must be a str, not '\(TypeNames.name(of: arguments[0]))'")
            }
            return .none
        },
    ]
}
