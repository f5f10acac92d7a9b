/// A Python value in a register: small things in place, everything else behind one reference.
///
/// Sixteen bytes; copying an integer, a float or a constant touches no reference count.
enum Value {
    /// An empty register or cell: a variable without a value. Never seen by a program.
    case unbound
    case none
    case ellipsis
    case bool(Bool)
    case int(Int)
    case float(Double)
    case object(Object)
}

extension Value {
    @inline(__always) static var `true`: Value { .bool(true) }
    @inline(__always) static var `false`: Value { .bool(false) }

    @inline(__always)
    var isUnbound: Bool { if case .unbound = self { true } else { false } }

    @inline(__always)
    var isNone: Bool { if case .none = self { true } else { false } }

    /// The kind of the object behind the value, if there is one.
    @inline(__always)
    var kind: Kind? { if case .object(let object) = self { object.kind } else { nil } }

    /// The value as a machine integer where it is an `int` or `bool` that fits.
    @inline(__always)
    var smallInteger: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    var isInteger: Bool {
        switch self {
        case .int, .bool: true
        case .object(let object): object.kind == .integer
        default: false
        }
    }

    /// An `int` of any size, a `bool` too.
    var bigInteger: BigInteger? {
        switch self {
        case .int(let value): BigInteger(value)
        case .bool(let value): BigInteger(value ? 1 : 0)
        case .object(let object): (object as? IntegerObject)?.value
        default: nil
        }
    }

    @inline(__always)
    func object<T: Object>(_ kind: Kind, as type: T.Type) -> T? {
        guard case .object(let object) = self, object.kind == kind else { return nil }
        return unsafeDowncast(object, to: T.self)
    }

    @inline(__always) var string: StringObject? { object(.string, as: StringObject.self) }
    @inline(__always) var list: ListObject? { object(.list, as: ListObject.self) }
    @inline(__always) var tuple: TupleObject? { object(.tuple, as: TupleObject.self) }
    @inline(__always) var dict: DictObject? { object(.dict, as: DictObject.self) }
    /// A `set` or `frozenset`.
    @inline(__always) var set: SetObject? { object(.set, as: SetObject.self) }

    /// Whether two values are the same thing, as `is` sees it.
    @inline(__always)
    func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)): left === right
        case (.int(let left), .int(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.none, .none), (.ellipsis, .ellipsis), (.unbound, .unbound): true
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        default: false
        }
    }
}

/// What stands behind a reference.
enum Kind: UInt8 {
    case integer, string, bytes, list, tuple, dict, set, range, slice
    case function, builtin, boundMethod, type, exception, iterator, module, cell, action, dictView
    case deque, pattern, match, decimal, date, time, datetime, timedelta, timezone, random, partial
    case namedTupleType, cachedFunction, property

    /// Whether objects of this kind are ``ForeignObject``s.
    @inline(__always)
    var isForeign: Bool {
        switch self {
        case .pattern, .match, .decimal, .date, .time, .datetime, .timedelta, .timezone, .random, .property:
            true
        default: false
        }
    }
}

extension Object {
    /// The object as one that brings its own behaviour.
    @inline(__always)
    var foreign: ForeignObject? { kind.isForeign ? unsafeDowncast(self, to: ForeignObject.self) : nil }
}
