/// `id` and `hasattr`.
extension Builtins {
    static let introspection: [String: NativeFunction] = [
        "id": { machine, arguments throws(EngineError) in
            .int(try machine.identities.number(of: arguments.one("id"), machine.meter))
        },
        "hasattr": { machine, arguments throws(EngineError) in
            try arguments.between(2, 2, "hasattr")
            guard let name = arguments[1].string?.text.string else {
                throw .typeError(
                    "attribute name must be string, not '\(TypeNames.name(of: arguments[1]))'"
                )
            }
            if let known = protocols[name] { return .bool(known(machine, arguments[0])) }
            return .bool(try machine.optionalAttribute(arguments[0], name) != nil)
        },
    ]

    /// Attributes that values of this sandbox do not have, and that programs ask for to see what a value can do.
    private static let protocols: [String: @Sendable (Machine, Value) -> Bool] = [
        "__iter__": { machine, value in machine.isIterable(value) },
        "__next__": { _, value in value.kind == .iterator },
        "__call__": { _, value in isCallable(value) },
        "__len__": { _, value in
            [.string, .bytes, .list, .tuple, .dict, .set, .range, .deque, .dictView].contains(value.kind)
        },
        "__getitem__": { _, value in
            [.string, .bytes, .list, .tuple, .dict, .range, .deque, .match].contains(value.kind)
        },
        "__contains__": { _, value in
            [.string, .bytes, .list, .tuple, .dict, .set, .range, .deque].contains(value.kind)
                || DictViews.isSet(value)
        },
    ]
}

/// The numbers that `id` gave. They only tell whether two things are one; they are the same in every run.
struct Identities {
    private enum Key: Hashable {
        case constant(String)
        case int(Int)
        case float(UInt64)
        case object(ObjectIdentifier)
    }

    private var numbers: [Key: Int] = [:]
    /// What has a number lives on, so that nothing else gets it.
    private var objects: [Object] = []

    private static let first = 0x7F00_0000_0000
    private static let bytesOfEntry = 64

    mutating func number(of value: Value, _ meter: Meter) throws(EngineError) -> Int {
        let key: Key
        switch value {
        case .none, .unbound: key = .constant("None")
        case .ellipsis: key = .constant("Ellipsis")
        case .bool(let flag): key = .constant(flag ? "True" : "False")
        case .int(let number): key = .int(number)
        case .float(let number): key = .float(number.bitPattern)
        case .object(let object): key = .object(ObjectIdentifier(object))
        }
        if let known = numbers[key] { return known }
        try meter.charge(bytes: Self.bytesOfEntry)
        let number = Self.first + 32 * numbers.count
        numbers[key] = number
        if case .object(let object) = value { objects.append(object) }
        return number
    }
}
