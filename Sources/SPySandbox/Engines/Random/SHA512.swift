/// SHA-512, which Python uses to turn a text into a seed (FIPS 180-4).
enum SHA512 {
    static func digest(of message: [UInt8]) -> [UInt8] {
        var bytes = message
        bytes.append(0x80)
        while bytes.count % 128 != 112 { bytes.append(0) }
        bytes += [UInt8](repeating: 0, count: 8)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
        }
        var hash = initial
        for block in stride(from: 0, to: bytes.count, by: 128) {
            mix(bytes[block..<(block + 128)], into: &hash)
        }
        return hash.flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    private static func mix(_ block: ArraySlice<UInt8>, into hash: inout [UInt64]) {
        var words: [UInt64] = []
        for start in stride(from: block.startIndex, to: block.endIndex, by: 8) {
            words.append(block[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) })
        }
        for index in 16..<80 {
            let (near, far) = (words[index - 15], words[index - 2])
            let low = rotate(near, 1) ^ rotate(near, 8) ^ near >> 7
            let high = rotate(far, 19) ^ rotate(far, 61) ^ far >> 6
            words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
        }
        var state = hash
        for index in 0..<80 {
            let (first, fifth) = (state[0], state[4])
            let choice = fifth & state[5] ^ ~fifth & state[6]
            let upper = rotate(fifth, 14) ^ rotate(fifth, 18) ^ rotate(fifth, 41)
            let one = state[7] &+ upper &+ choice &+ constants[index] &+ words[index]
            let majority = first & state[1] ^ first & state[2] ^ state[1] & state[2]
            let two = (rotate(first, 28) ^ rotate(first, 34) ^ rotate(first, 39)) &+ majority
            state = [one &+ two, first, state[1], state[2], state[3] &+ one, fifth, state[5], state[6]]
        }
        for index in 0..<8 { hash[index] = hash[index] &+ state[index] }
    }

    private static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word >> count | word << (64 - count)
    }

    /// The first 64 bits of the fractions of the square roots of the first primes.
    private static let initial: [UInt64] = primes.prefix(8).map { fraction(of: $0, root: 2) }
    /// The first 64 bits of the fractions of their cube roots.
    private static let constants: [UInt64] = primes.map { fraction(of: $0, root: 3) }

    private static let primes: [UInt64] = {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 80 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes
    }()

    /// `floor(root(prime) * 2 ** 64) mod 2 ** 64`, found bit by bit.
    private static func fraction(of prime: UInt64, root: Int) -> UInt64 {
        let meter = Meter()
        let target = Limbs.shiftLeft([UInt(prime)], by: 64 * root)
        var value = UInt128(0)
        for bit in stride(from: 68, through: 0, by: -1) {
            let candidate = value | UInt128(1) << UInt128(bit)
            let limbs = [UInt(truncatingIfNeeded: candidate), UInt(candidate >> 64)]
            let exact = BigInteger(isNegative: false, magnitude: limbs)
            guard let power = try? exact.power(BigInteger(root), meter) else { continue }
            if Limbs.compare(power.magnitude, target) <= 0 { value = candidate }
        }
        return UInt64(truncatingIfNeeded: value)
    }
}
