/// An integer of any size, with the arithmetic of Python's `int`.
///
/// Sign and magnitude, in 64-bit limbs from the least significant. The interpreter keeps integers that fit 64 bits as
/// `Int` and comes here on overflow: `init(_: Int)` and `asInt` are the two doors, both cheap.
struct BigInteger: Hashable, Sendable {
    private(set) var isNegative: Bool
    /// The limbs of the absolute value; the last one is not zero, and zero has none.
    private(set) var magnitude: [UInt]

    static let zero = BigInteger(isNegative: false, magnitude: [])
    static let one = BigInteger(1)

    init(_ value: Int) {
        isNegative = value < 0
        magnitude = value == 0 ? [] : [value.magnitude]
    }

    /// Takes limbs that may end in zeros.
    init(isNegative: Bool, magnitude: [UInt]) {
        var limbs = magnitude
        Limbs.trim(&limbs)
        self.isNegative = isNegative && !limbs.isEmpty
        self.magnitude = limbs
    }

    /// The value as a machine integer, if it fits.
    var asInt: Int? {
        switch magnitude.count {
        case 0: return 0
        case 1:
            let limb = magnitude[0]
            if !isNegative { return Int(exactly: limb) }
            return limb <= UInt(1) << 63 ? Int(bitPattern: 0 &- limb) : nil
        default: return nil
        }
    }

    var isZero: Bool { magnitude.isEmpty }
    var isOdd: Bool { (magnitude.first ?? 0) & 1 == 1 }
    /// -1, 0 or 1.
    var signum: Int { isZero ? 0 : isNegative ? -1 : 1 }
    /// Python's `int.bit_length()`.
    var bitLength: Int { Limbs.bitLength(magnitude) }
    /// Python's `int.bit_count()`: ones in the absolute value.
    var bitCount: Int { magnitude.reduce(0) { $0 + $1.nonzeroBitCount } }
    /// Bytes that the limbs take, for a meter's `refund`.
    var byteCount: Int { magnitude.count * 8 }

    var negated: BigInteger { BigInteger(isNegative: !isNegative, magnitude: magnitude) }
    var absolute: BigInteger { BigInteger(isNegative: false, magnitude: magnitude) }

    /// `hash(int)` of CPython: the value modulo 2**61 - 1, with -1 turned into -2.
    var pythonHash: Int {
        let modulus = NumericHash.modulus
        var hash: UInt = 0
        for limb in magnitude.reversed() {
            // 2**64 is 8 modulo 2**61 - 1.
            hash = NumericHash.multiply(hash, 8)
            hash += limb % modulus
            if hash >= modulus { hash -= modulus }
        }
        return NumericHash.signed(hash, isNegative: isNegative)
    }
}

extension BigInteger: Comparable {
    static func < (left: BigInteger, right: BigInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let order = Limbs.compare(left.magnitude, right.magnitude)
        return left.isNegative ? order > 0 : order < 0
    }
}

extension BigInteger: ExpressibleByIntegerLiteral {
    init(integerLiteral value: Int) { self.init(value) }
}

/// The arithmetic modulo 2**61 - 1 in which CPython hashes all its numbers, so that equal numbers of different types
/// have equal hashes.
enum NumericHash {
    static let modulus: UInt = (1 << 61) - 1
    static let infinity = 314_159

    static func multiply(_ left: UInt, _ right: UInt) -> UInt {
        let product = left.multipliedFullWidth(by: right)
        return modulus.dividingFullWidth((product.high % modulus, product.low)).remainder
    }

    static func power(_ base: UInt, _ exponent: UInt) -> UInt {
        var result: UInt = 1
        var square = base % modulus
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = multiply(result, square) }
            square = multiply(square, square)
            rest >>= 1
        }
        return result
    }

    static func signed(_ hash: UInt, isNegative: Bool) -> Int {
        let value = isNegative ? -Int(hash) : Int(hash)
        return value == -1 ? -2 : value
    }

    /// Hash of a machine integer.
    static func of(_ value: Int) -> Int {
        signed(value.magnitude % modulus, isNegative: value < 0)
    }
}
