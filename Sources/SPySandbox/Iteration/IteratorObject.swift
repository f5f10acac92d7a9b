/// Something that gives one value after another.
class IteratorObject: Container {
    /// Whether it is a ``RangeIterator``, which loops treat apart.
    let isRange: Bool

    init(_ heap: Heap, isRange: Bool = false) {
        self.isRange = isRange
        super.init(.iterator, heap)
    }

    var type: PythonType { .generator }

    /// The next value; nothing at the end, and ever after.
    func next(_ machine: Machine) throws(EngineError) -> Value? { nil }

    /// How many values are left, where that is known: to reserve room.
    var remaining: Int? { nil }
}

/// Over a `range`.
final class RangeIterator: IteratorObject {
    private var current: Int
    private let step: Int
    private var left: Int

    static let rangeType = PythonType("range_iterator")
    override var type: PythonType { Self.rangeType }
    override var remaining: Int? { left }

    init(_ range: RangeObject) {
        current = range.start
        step = range.step
        left = range.count
        super.init(range.heap, isRange: true)
    }

    @inline(__always)
    func advance() -> Int? {
        guard left > 0 else { return nil }
        left &-= 1
        let value = current
        current = current &+ step
        return value
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? { advance().map { .int($0) } }
}

/// Over a list, from either end. Sees what the list becomes meanwhile, as CPython's does.
final class ListIterator: IteratorObject {
    private var list: ListObject?
    private var index: Int
    private let isReversed: Bool

    static let listType = PythonType("list_iterator")
    static let reverseType = PythonType("list_reverseiterator")
    override var type: PythonType { isReversed ? Self.reverseType : Self.listType }
    override var remaining: Int? { list.map { isReversed ? index + 1 : max($0.count - index, 0) } }

    init(_ list: ListObject, reversed: Bool = false) {
        self.list = list
        isReversed = reversed
        index = reversed ? list.count - 1 : 0
        super.init(list.heap)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let list else { return nil }
        guard index >= 0, index < list.count else {
            self.list = nil
            return nil
        }
        let value = list[index]
        index += isReversed ? -1 : 1
        return value
    }

    override func clear() { list = nil }
}

/// Over values that cannot change: a tuple, or what was copied.
final class ArrayIterator: IteratorObject {
    private var values: [Value]
    private var index = 0
    private let name: PythonType

    static let tupleType = PythonType("tuple_iterator")
    override var type: PythonType { name }
    override var remaining: Int? { values.count - index }

    /// `isCopy` where the values were made for this iterator, which then counts for them.
    init(
        _ values: [Value],
        _ heap: Heap,
        _ name: PythonType = ArrayIterator.tupleType,
        isCopy: Bool = false
    ) {
        self.values = values
        self.name = name
        copiedBytes = isCopy ? values.count * 16 : 0
        super.init(heap)
        heap.debit(copiedBytes)
    }

    private let copiedBytes: Int

    deinit {
        heap.credit(copiedBytes)
        var held = values
        values = []
        heap.release(&held)
    }

    override func clear() { values = [] }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard index < values.count else { return nil }
        index += 1
        return values[index - 1]
    }
}

/// Over the characters of a string.
final class StringIterator: IteratorObject {
    private let string: StringObject
    private let text: Text
    private var index = 0

    static let stringType = PythonType("str_iterator")
    static let asciiType = PythonType("str_ascii_iterator")
    override var type: PythonType { text.isASCII ? Self.asciiType : Self.stringType }
    override var remaining: Int? { text.count - index }

    init(_ string: StringObject) {
        self.string = string
        text = string.text
        super.init(string.heap)
    }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard index < text.count else { return nil }
        index += 1
        return try machine.character(text[index - 1])
    }
}

/// Over keys, values or items of a dictionary.
final class DictIterator: IteratorObject {
    private var dict: DictObject?
    private let part: DictViewObject.Part
    private let count: Int
    private var index = 0
    private var left: Int

    static let keyType = PythonType("dict_keyiterator")
    static let valueType = PythonType("dict_valueiterator")
    static let itemType = PythonType("dict_itemiterator")
    override var type: PythonType {
        switch part {
        case .keys: Self.keyType
        case .values: Self.valueType
        case .items: Self.itemType
        }
    }
    override var remaining: Int? { left }

    init(_ dict: DictObject, _ part: DictViewObject.Part) {
        self.dict = dict
        self.part = part
        count = dict.count
        left = dict.count
        super.init(dict.heap)
    }

    override func clear() { dict = nil }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let dict else { return nil }
        guard dict.count == count else {
            throw .raise("RuntimeError", "dictionary changed size during iteration")
        }
        guard let next = dict.nextIndex(from: index) else {
            self.dict = nil
            return nil
        }
        guard left > 0 else { throw .raise("RuntimeError", "dictionary keys changed during iteration") }
        index = next + 1
        left -= 1
        switch part {
        case .keys: return dict.key(at: next)
        case .values: return dict.value(at: next)
        case .items: return machine.tuple([dict.key(at: next), dict.value(at: next)])
        }
    }
}

/// Over a set.
final class SetIterator: IteratorObject {
    private var set: SetObject?
    private let count: Int
    private var index = 0

    static let setType = PythonType("set_iterator")
    override var type: PythonType { Self.setType }

    init(_ set: SetObject) {
        self.set = set
        count = set.count
        super.init(set.heap)
    }

    override func clear() { set = nil }

    override func next(_ machine: Machine) throws(EngineError) -> Value? {
        guard let set else { return nil }
        guard set.count == count else { throw .raise("RuntimeError", "Set changed size during iteration") }
        guard let next = set.nextIndex(from: index) else {
            self.set = nil
            return nil
        }
        index = next + 1
        return set.entry(at: next).key
    }
}
