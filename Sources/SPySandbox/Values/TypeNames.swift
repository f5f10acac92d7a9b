/// The type of a value, for `isinstance`, messages and `repr`.
enum TypeNames {
    static func name(of value: Value) -> String { type(of: value).messageName }

    /// As messages about arguments name it: the type, and `None` by itself.
    static func argumentName(of value: Value) -> String { value.isNone ? "None" : name(of: value) }

    static func type(of value: Value) -> PythonType {
        switch value {
        case .unbound, .none: .noneType
        case .ellipsis: .ellipsisType
        case .bool: .bool
        case .int: .int
        case .float: .float
        case .object(let object): type(of: object)
        }
    }

    static func type(of object: Object) -> PythonType {
        switch object.kind {
        case .integer: return .int
        case .string: return .str
        case .bytes: return .bytes
        case .list: return .list
        case .tuple: return unsafeDowncast(object, to: TupleObject.self).type?.type ?? .tuple
        case .dict:
            switch unsafeDowncast(object, to: DictObject.self).flavor {
            case .plain: return .dict
            case .ordered: return .ordered
            case .counter: return .counter
            case .defaultDict: return .defaultDict
            }
        case .set: return unsafeDowncast(object, to: SetObject.self).isFrozen ? .frozenset : .set
        case .range: return .range
        case .slice: return .slice
        case .function: return .function
        case .builtin, .boundMethod: return .builtinFunction
        case .type, .namedTupleType: return .type
        case .exception: return unsafeDowncast(object, to: ExceptionObject.self).type
        case .iterator: return unsafeDowncast(object, to: IteratorObject.self).type
        case .module: return .module
        case .cell: return .cell
        case .action: return .action
        case .dictView:
            switch unsafeDowncast(object, to: DictViewObject.self).part {
            case .keys: return .dictKeys
            case .values: return .dictValues
            case .items: return .dictItems
            }
        case .deque: return .deque
        case .pattern: return .pattern
        case .match: return .match
        case .decimal: return .decimal
        case .date: return .date
        case .time: return .time
        case .datetime: return .datetime
        case .timedelta: return .timedelta
        case .timezone: return .timezone
        case .random: return .random
        case .partial: return .partial
        case .cachedFunction: return .cachedFunction
        case .property: return .property
        }
    }
}
