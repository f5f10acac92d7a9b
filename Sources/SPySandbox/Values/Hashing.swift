/// `hash()` as CPython 3.11 computes it with `PYTHONHASHSEED=0`, so that the order of sets agrees too.
enum Hashing {
    @inline(__always)
    static func hash(_ value: Value, _ meter: Meter) throws(EngineError) -> Int {
        if case .int(let number) = value, number.magnitude < NumericHash.modulus {
            return number == -1 ? -2 : number
        }
        if let string = value.string { return hash(string) }
        return try slowHash(value, meter, depth: 0)
    }

    @inline(__always)
    static func hash(_ string: StringObject) -> Int {
        if string.hash == -1 {
            string.heap.debit(searched: string.text.count / 2)
            string.hash = of(string.text)
        }
        return string.hash
    }

    @inline(never)
    private static func slowHash(_ value: Value, _ meter: Meter, depth: Int) throws(EngineError) -> Int {
        switch value {
        case .int(let number): return NumericHash.of(number)
        case .bool(let flag): return flag ? 1 : 0
        case .float(let number): return number.isNaN ? 0x7FF8 : FloatArithmetic.hash(number)
        case .none: return 0x3A8B_5E1
        case .ellipsis: return 0x3A8B_5F7
        case .unbound: return 0
        case .object(let object): return try hash(object, meter, depth: depth)
        }
    }

    private static func hash(_ object: Object, _ meter: Meter, depth: Int) throws(EngineError) -> Int {
        switch object.kind {
        case .string: return hash(unsafeDowncast(object, to: StringObject.self))
        case .integer:
            let number = unsafeDowncast(object, to: IntegerObject.self).value
            try meter.charge(steps: number.magnitude.count / 4)
            return number.pythonHash
        case .bytes:
            let bytes = unsafeDowncast(object, to: BytesObject.self).bytes
            try meter.charge(steps: bytes.count / 32)
            return SipHash.hash(bytes)
        case .tuple: return try hash(unsafeDowncast(object, to: TupleObject.self), meter, depth: depth)
        case .range: return try hash(unsafeDowncast(object, to: RangeObject.self), meter)
        case .list, .dict, .deque, .slice: throw unhashable(object)
        case .set:
            let set = unsafeDowncast(object, to: SetObject.self)
            guard set.isFrozen else { throw unhashable(object) }
            try meter.charge(steps: 1 + set.count / 8)
            return hash(set)
        case .dictView: throw unhashable(object)
        default:
            if let foreign = object.foreign { return try foreign.hash(meter) }
            // CPython hashes what has no value by its address; a constant of the kind is as good and deterministic.
            return Int(object.kind.rawValue) &* 0x9E37_79B1 &+ 7
        }
    }

    static func unhashable(_ object: Object) -> EngineError {
        .typeError("unhashable type: '\(TypeNames.name(of: .object(object)))'")
    }

    /// xxHash over the hashes of the elements (`tupleobject.c`).
    private static func hash(_ tuple: TupleObject, _ meter: Meter, depth: Int) throws(EngineError) -> Int {
        if depth > Nesting.limit { throw Nesting.exceeded("") }
        try meter.charge(steps: 1 + tuple.count / 4)
        var sum: UInt = 2_870_177_450_012_600_261
        for item in tuple.items {
            let lane: Int
            if let string = item.string {
                lane = hash(string)
            } else {
                lane = try slowHash(item, meter, depth: depth + 1)
            }
            sum &+= UInt(bitPattern: lane) &* 14_029_467_366_897_019_727
            sum = sum << 31 | sum >> 33
            sum = sum &* 11_400_714_785_074_694_791
        }
        sum &+= UInt(tuple.count) ^ (2_870_177_450_012_600_261 ^ 3_527_539)
        return sum == .max ? 1_546_275_796 : Int(bitPattern: sum)
    }

    private static func hash(_ range: RangeObject, _ meter: Meter) throws(EngineError) -> Int {
        let parts: [Value] =
            range.count == 0
            ? [.int(0), .none, .none]
            : [.int(range.count), .int(range.start), range.count == 1 ? .none : .int(range.step)]
        return try hash(TupleObject(parts, range.heap), meter, depth: 0)
    }

    private static func hash(_ set: SetObject) -> Int {
        func shuffle(_ hash: UInt) -> UInt { ((hash ^ 89_869_747) ^ (hash << 16)) &* 3_644_798_167 }
        var hash: UInt = 0
        for entry in set.entries { hash ^= shuffle(UInt(bitPattern: entry.hash)) }
        hash ^= (UInt(set.count) + 1) &* 1_927_868_237
        hash ^= (hash >> 11) ^ (hash >> 25)
        hash = hash &* 69069 &+ 907_133_923
        return hash == .max ? 590_923_713 : Int(bitPattern: hash)
    }

    /// Of a text as CPython stores it: one, two or four bytes for each code point, whatever the widest needs.
    static func of(_ text: Text) -> Int {
        switch text.storage {
        case .ascii(let units): return SipHash.hash(units)
        case .wide(let units):
            let widest = units.max() ?? 0
            var bytes: [UInt8] = []
            for unit in units {
                bytes.append(UInt8(truncatingIfNeeded: unit))
                if widest > 0xFF { bytes.append(UInt8(truncatingIfNeeded: unit >> 8)) }
                if widest > 0xFFFF {
                    bytes.append(UInt8(truncatingIfNeeded: unit >> 16))
                    bytes.append(UInt8(truncatingIfNeeded: unit >> 24))
                }
            }
            return SipHash.hash(bytes)
        }
    }
}

/// SipHash-1-3 with a key of zeros.
enum SipHash {
    static func hash(_ bytes: [UInt8]) -> Int {
        if bytes.isEmpty { return 0 }
        var (v0, v1): (UInt64, UInt64) = (0x736f_6d65_7073_6575, 0x646f_7261_6e64_6f6d)
        var (v2, v3): (UInt64, UInt64) = (0x6c79_6765_6e65_7261, 0x7465_6462_7974_6573)
        @inline(__always) func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
            word << count | word >> (64 - count)
        }
        @inline(__always) func round() {
            v0 = v0 &+ v1
            v2 = v2 &+ v3
            v1 = rotate(v1, 13) ^ v0
            v3 = rotate(v3, 16) ^ v2
            v0 = rotate(v0, 32)
            v2 = v2 &+ v1
            v0 = v0 &+ v3
            v1 = rotate(v1, 17) ^ v2
            v3 = rotate(v3, 21) ^ v0
            v2 = rotate(v2, 32)
        }
        bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset + 8 <= raw.count {
                let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                v3 ^= word
                round()
                v0 ^= word
                offset += 8
            }
            var last = UInt64(truncatingIfNeeded: raw.count) << 56
            for index in offset..<raw.count { last |= UInt64(raw[index]) << UInt64((index - offset) * 8) }
            v3 ^= last
            round()
            v0 ^= last
        }
        v2 ^= 0xff
        round()
        round()
        round()
        let hash = Int(truncatingIfNeeded: (v0 ^ v1) ^ (v2 ^ v3))
        return hash == -1 ? -2 : hash
    }
}

/// How deep values may stand in each other where an operation recurses through them.
enum Nesting {
    /// The stack of the thread must bear it; CPython gives up at its recursion limit of 1000.
    static let limit = 200

    static func exceeded(_ place: String) -> EngineError {
        .raise("RecursionError", "maximum recursion depth exceeded" + place)
    }
}
