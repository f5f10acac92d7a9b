/// An `int` beyond 64 bits.
final class IntegerObject: Object {
    let value: BigInteger

    /// The bytes of the limbs are charged by who computed them.
    init(_ value: BigInteger, _ heap: Heap) {
        self.value = value
        super.init(.integer, heap)
    }

    deinit { heap.credit(value.byteCount) }
}

/// A `str`.
final class StringObject: Object {
    /// Changed in place only by `+=` where nobody else holds the object.
    var text: Text
    /// CPython's hash, or -1 as long as nobody asked for it.
    var hash = -1

    init(_ text: Text, _ heap: Heap) {
        self.text = text
        super.init(.string, heap)
    }

    deinit { heap.credit(text.byteCount) }
}

/// A `bytes`.
final class BytesObject: Object {
    let bytes: [UInt8]

    init(_ bytes: [UInt8], _ heap: Heap) {
        self.bytes = bytes
        super.init(.bytes, heap)
        heap.debit(searched: bytes.count / 4)
    }

    deinit { heap.credit(bytes.count) }
}

/// A `range` whose numbers fit 64 bits.
final class RangeObject: Object {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    init(_ start: Int, _ stop: Int, _ step: Int, _ heap: Heap) {
        self.start = start
        self.stop = stop
        self.step = step
        count = Self.count(start, stop, step)
        super.init(.range, heap)
    }

    static func count(_ start: Int, _ stop: Int, _ step: Int) -> Int {
        if step > 0 {
            guard start < stop else { return 0 }
            let distance = UInt(bitPattern: stop) &- UInt(bitPattern: start)
            return Int(clamping: (distance - 1) / step.magnitude + 1)
        }
        guard start > stop else { return 0 }
        let distance = UInt(bitPattern: start) &- UInt(bitPattern: stop)
        return Int(clamping: (distance - 1) / step.magnitude + 1)
    }

    @inline(__always)
    subscript(index: Int) -> Int { start &+ index &* step }
}

/// A `slice`.
final class SliceObject: Container {
    private(set) var start: Value
    private(set) var stop: Value
    private(set) var step: Value

    init(_ start: Value, _ stop: Value, _ step: Value, _ heap: Heap) {
        self.start = start
        self.stop = stop
        self.step = step
        super.init(.slice, heap)
    }

    deinit {
        var held = [start, stop, step]
        clear()
        heap.release(&held)
    }

    override func clear() {
        start = .none
        stop = .none
        step = .none
    }
}
