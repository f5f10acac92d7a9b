/// The generator behind Python's `random`: MT19937, seeded as CPython seeds it.
struct MersenneTwister: Sendable {
    private static let size = 624
    private static let middle = 397

    private var state: [UInt32]
    private var index: Int

    /// `random.seed(int)`: the absolute value in 32-bit words.
    init(seed: BigInteger) {
        var key = seed.magnitude.flatMap {
            [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
        }
        while key.count > 1, key.last == 0 { key.removeLast() }
        if key.isEmpty { key = [0] }
        self.init(key: key)
    }

    /// `random.seed(str)`: the UTF-8 bytes and their SHA-512 as one number.
    init(seed: Text) {
        let bytes = Array(seed.string.utf8)
        self.init(bytes: bytes + SHA512.digest(of: bytes))
    }

    /// `random.seed(float)`: the hash, as an unsigned number.
    init(seed: Double) {
        self.init(
            seed: BigInteger(isNegative: false, magnitude: [UInt(bitPattern: FloatArithmetic.hash(seed))])
        )
    }

    private init(bytes: [UInt8]) {
        var limbs: [UInt] = []
        for (place, byte) in bytes.reversed().enumerated() {
            if place % 8 == 0 { limbs.append(0) }
            limbs[place / 8] |= UInt(byte) << UInt(place % 8 * 8)
        }
        self.init(seed: BigInteger(isNegative: false, magnitude: limbs))
    }

    private init(key: [UInt32]) {
        state = [19_650_218]
        for place in 1..<Self.size {
            let last = state[place - 1]
            state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(place))
        }
        index = Self.size
        var (place, word) = (1, 0)
        for _ in 0..<max(Self.size, key.count) {
            let last = state[place - 1]
            state[place] = (state[place] ^ (last ^ last >> 30) &* 1_664_525) &+ key[word] &+ UInt32(word)
            place += 1
            word += 1
            wrap(&place)
            if word >= key.count { word = 0 }
        }
        for _ in 0..<(Self.size - 1) {
            let last = state[place - 1]
            state[place] = (state[place] ^ (last ^ last >> 30) &* 1_566_083_941) &- UInt32(place)
            place += 1
            wrap(&place)
        }
        state[0] = 0x8000_0000
    }

    private mutating func wrap(_ place: inout Int) {
        guard place >= Self.size else { return }
        state[0] = state[Self.size - 1]
        place = 1
    }

    /// The next 32 bits.
    mutating func next() -> UInt32 {
        if index >= Self.size { refill() }
        var word = state[index]
        index += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9D2C_5680
        word ^= word << 15 & 0xEFC6_0000
        return word ^ word >> 18
    }

    private mutating func refill() {
        for place in 0..<Self.size {
            let word = state[place] & 0x8000_0000 | state[(place + 1) % Self.size] & 0x7FFF_FFFF
            let mixed = word >> 1 ^ (word & 1 == 1 ? 0x9908_B0DF : 0)
            state[place] = state[(place + Self.middle) % Self.size] ^ mixed
        }
        index = 0
    }
}
