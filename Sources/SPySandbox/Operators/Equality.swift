internal import SPySyntax

/// `==` on values. Nothing in the subset lets a program redefine it, so it never calls back.
enum Equality {
    static func areEqual(_ left: Value, _ right: Value, _ meter: Meter, depth: Int) throws(EngineError)
        -> Bool
    {
        switch (left, right) {
        case (.int(let left), .int(let right)): return left == right
        case (.float(let left), .float(let right)): return left == right
        case (.object(let left), .object(let right)): return try areEqual(left, right, meter, depth: depth)
        case (.none, .none), (.ellipsis, .ellipsis): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.object(let object), _):
            if let foreign = object.foreign { return try foreign.isEqual(to: right, meter) ?? false }
        case (_, .object(let object)):
            if let foreign = object.foreign { return try foreign.isEqual(to: left, meter) ?? false }
        default: break
        }
        guard let left = Numeral(left), let right = Numeral(right) else { return false }
        return left.isEqual(to: right)
    }

    /// As ``areEqual(_:_:_:depth:)``, but what is the same object is equal, as containers compare their elements.
    @inline(__always)
    static func areSame(_ left: Value, _ right: Value, _ meter: Meter, depth: Int) throws(EngineError) -> Bool
    {
        if left.isIdentical(to: right) { return true }
        return try areEqual(left, right, meter, depth: depth)
    }

    private static func areEqual(
        _ left: Object,
        _ right: Object,
        _ meter: Meter,
        depth: Int
    ) throws(EngineError) -> Bool {
        if let left = left.foreign {
            return try left.isEqual(to: .object(right), meter) ?? (left === right)
        }
        if let right = right.foreign { return try right.isEqual(to: .object(left), meter) ?? false }
        guard left.kind == right.kind else { return try areSetViewsEqual(left, right, meter) }
        if depth > Nesting.limit { throw Nesting.exceeded(" in comparison") }
        switch left.kind {
        case .string:
            let (left, right) = (
                unsafeDowncast(left, to: StringObject.self), unsafeDowncast(right, to: StringObject.self)
            )
            if left === right { return true }
            try charge(comparing: left.text.count, right.text.count, meter)
            return left.text == right.text
        case .integer:
            return unsafeDowncast(left, to: IntegerObject.self).value
                == unsafeDowncast(right, to: IntegerObject.self).value
        case .bytes:
            let (left, right) = (
                unsafeDowncast(left, to: BytesObject.self).bytes,
                unsafeDowncast(right, to: BytesObject.self).bytes
            )
            try charge(comparing: left.count, right.count, meter)
            return left == right
        case .tuple:
            let (left, right) = (
                unsafeDowncast(left, to: TupleObject.self), unsafeDowncast(right, to: TupleObject.self)
            )
            guard left.count == right.count else { return false }
            try meter.charge(steps: 1 + left.count / 4)
            for index in 0..<left.count {
                if !(try areSame(left.items[index], right.items[index], meter, depth: depth + 1)) {
                    return false
                }
            }
            return true
        case .list:
            let (left, right) = (
                unsafeDowncast(left, to: ListObject.self), unsafeDowncast(right, to: ListObject.self)
            )
            guard left.count == right.count else { return false }
            try meter.charge(steps: 1)
            for index in 0..<left.count {
                if !(try areSame(left[index], right[index], meter, depth: depth + 1)) { return false }
                if index & 15 == 15 { try meter.charge(steps: 4) }
            }
            return true
        case .dict:
            return try areEqual(
                unsafeDowncast(left, to: DictObject.self),
                unsafeDowncast(right, to: DictObject.self),
                meter,
                depth: depth
            )
        case .set:
            return try areEqual(
                unsafeDowncast(left, to: SetObject.self),
                unsafeDowncast(right, to: SetObject.self),
                meter
            )
        case .range:
            let (left, right) = (
                unsafeDowncast(left, to: RangeObject.self), unsafeDowncast(right, to: RangeObject.self)
            )
            guard left.count == right.count else { return false }
            if left.count == 0 { return true }
            return left.start == right.start && (left.count == 1 || left.step == right.step)
        case .slice:
            let (left, right) = (
                unsafeDowncast(left, to: SliceObject.self), unsafeDowncast(right, to: SliceObject.self)
            )
            try meter.charge(steps: 1)
            for (one, other) in [(left.start, right.start), (left.stop, right.stop), (left.step, right.step)]
            {
                if !(try areEqual(one, other, meter, depth: depth + 1)) { return false }
            }
            return true
        case .deque:
            let (left, right) = (
                unsafeDowncast(left, to: DequeObject.self), unsafeDowncast(right, to: DequeObject.self)
            )
            guard left.count == right.count else { return false }
            try meter.charge(steps: 1 + left.count / 4)
            for index in 0..<left.count {
                if !(try areSame(left[index], right[index], meter, depth: depth + 1)) { return false }
            }
            return true
        case .type:
            return unsafeDowncast(left, to: TypeObject.self).type
                === unsafeDowncast(right, to: TypeObject.self).type
        case .dictView: return try areSetViewsEqual(left, right, meter)
        case .boundMethod:
            let one = unsafeDowncast(left, to: BoundMethodObject.self)
            let other = unsafeDowncast(right, to: BoundMethodObject.self)
            return one.name == other.name && one.receiver.isIdentical(to: other.receiver)
        default: return left === right
        }
    }

    /// Short texts are compared for free; of long ones, only equally long ones are compared at all.
    static func charge(comparing left: Int, _ right: Int, _ meter: Meter) throws(EngineError) {
        if left == right, left > 256 { try meter.charge(steps: left / 64) }
    }

    private static func areEqual(
        _ left: DictObject,
        _ right: DictObject,
        _ meter: Meter,
        depth: Int
    ) throws(EngineError) -> Bool {
        if left.flavor == .counter, right.flavor == .counter { return try areCountsEqual(left, right, meter) }
        guard left.count == right.count else { return false }
        try meter.charge(steps: 1 + left.count / 4)
        if left.flavor == .ordered, right.flavor == .ordered {
            for ((one, _), (other, _)) in zip(left.items, right.items) {
                if !(try areSame(one, other, meter, depth: depth + 1)) { return false }
            }
        }
        var index = 0
        while let next = left.nextIndex(from: index) {
            guard let other = try right.get(left.key(at: next)) else { return false }
            if !(try areSame(left.value(at: next), other, meter, depth: depth + 1)) { return false }
            index = next + 1
        }
        return true
    }

    /// Counters take what is missing for zero.
    private static func areCountsEqual(
        _ left: DictObject,
        _ right: DictObject,
        _ meter: Meter
    ) throws(EngineError) -> Bool {
        for (one, other) in [(left, right), (right, left)] {
            try meter.charge(steps: 1 + one.count)
            for (key, value) in one.items {
                if !(try areEqual(value, other.get(key) ?? .int(0), meter, depth: 1)) { return false }
            }
        }
        return true
    }

    private static func areEqual(_ left: SetObject, _ right: SetObject, _ meter: Meter) throws(EngineError)
        -> Bool
    {
        guard left.count == right.count else { return false }
        try meter.charge(steps: left.count / 4)
        for entry in left.entries { if !(try right.contains(entry.key, hash: entry.hash)) { return false } }
        return true
    }

    /// Keys and items of dictionaries compare as sets do.
    private static func areSetViewsEqual(_ left: Object, _ right: Object, _ meter: Meter) throws(EngineError)
        -> Bool
    {
        guard let one = try DictViews.asSet(.object(left)),
            let other = try DictViews.asSet(.object(right)),
            left.kind == .dictView || right.kind == .dictView
        else { return left === right }
        return try areEqual(one, other, meter)
    }
}

/// An `int`, `bool` or `float`, for operations that mix them.
enum Numeral {
    case small(Int)
    case big(BigInteger)
    case float(Double)

    init?(_ value: Value) {
        switch value {
        case .int(let number): self = .small(number)
        case .bool(let flag): self = .small(flag ? 1 : 0)
        case .float(let number): self = .float(number)
        case .object(let object):
            guard object.kind == .integer else { return nil }
            self = .big(unsafeDowncast(object, to: IntegerObject.self).value)
        default: return nil
        }
    }

    var isFloat: Bool { if case .float = self { true } else { false } }

    /// As an integer of any size, unless it is a float.
    var integer: BigInteger? {
        switch self {
        case .small(let number): BigInteger(number)
        case .big(let number): number
        case .float: nil
        }
    }

    /// As a float; an integer that is too large is an error.
    func toDouble() throws(EngineError) -> Double {
        switch self {
        case .small(let number): Double(number)
        case .big(let number): try number.toDouble()
        case .float(let number): number
        }
    }

    func isEqual(to other: Numeral) -> Bool { order(other) == .equal }

    /// Exact, also between integers and floats.
    func order(_ other: Numeral) -> ForeignObject.Order {
        switch (self, other) {
        case (.small(let left), .small(let right)):
            return left < right ? .less : left == right ? .equal : .greater
        case (.float(let left), .float(let right)):
            return left < right ? .less : left == right ? .equal : left > right ? .greater : .unordered
        case (.float(let left), _):
            if left.isNaN { return .unordered }
            let order = other.integer!.compare(with: left)
            return order < 0 ? .greater : order == 0 ? .equal : .less
        case (_, .float(let right)):
            if right.isNaN { return .unordered }
            let order = integer!.compare(with: right)
            return order < 0 ? .less : order == 0 ? .equal : .greater
        default:
            let (left, right) = (integer!, other.integer!)
            return left < right ? .less : left == right ? .equal : .greater
        }
    }
}
