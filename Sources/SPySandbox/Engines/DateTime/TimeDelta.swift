/// Python's `timedelta`: days, seconds and microseconds, the last two never negative.
struct TimeDelta: Hashable, Sendable {
    let days: Int
    let seconds: Int
    let microseconds: Int

    static let zero = TimeDelta(unchecked: 0)
    static let microsecondsPerDay: Int128 = 86_400_000_000
    static let min = TimeDelta(unchecked: -999_999_999 * microsecondsPerDay)
    static let max = TimeDelta(unchecked: 1_000_000_000 * microsecondsPerDay - 1)

    /// All of it in microseconds.
    var total: Int128 {
        Int128(days) * Self.microsecondsPerDay + Int128(seconds) * 1_000_000 + Int128(microseconds)
    }

    init(microseconds total: Int128) throws(EngineError) {
        let value = TimeDelta(unchecked: total)
        guard value.days.magnitude <= 999_999_999 else {
            guard Int32(exactly: value.days) != nil else {
                throw .overflowError("Python int too large to convert to C int")
            }
            throw .overflowError("days=\(value.days); must have magnitude <= 999999999")
        }
        self = value
    }

    private init(unchecked total: Int128) {
        var (days, rest) = total.quotientAndRemainder(dividingBy: Self.microsecondsPerDay)
        if rest < 0 { (days, rest) = (days - 1, rest + Self.microsecondsPerDay) }
        self.days = Int(clamping: days)
        seconds = Int(rest / 1_000_000)
        microseconds = Int(rest % 1_000_000)
    }

    init(_ total: BigInteger, _ meter: Meter) throws(EngineError) {
        guard total.bitLength < 100 else { throw .overflowError("Python int too large to convert to C int") }
        let limbs = total.magnitude + [0, 0]
        let size = Int128(truncatingIfNeeded: UInt128(limbs[1]) << 64 | UInt128(limbs[0]))
        try self.init(microseconds: total.isNegative ? -size : size)
    }

    /// `timedelta(days=…, …)`, with parts that may be floats; their fractions add up before they are rounded.
    init(
        days: Number = .integer(0),
        seconds: Number = .integer(0),
        microseconds: Number = .integer(0),
        milliseconds: Number = .integer(0),
        minutes: Number = .integer(0),
        hours: Number = .integer(0),
        weeks: Number = .integer(0),
        _ meter: Meter
    ) throws(EngineError) {
        var total = BigInteger.zero
        var leftover = 0.0
        let parts: [(Number, Int)] = [
            (microseconds, 1), (milliseconds, 1_000), (seconds, 1_000_000), (minutes, 60_000_000),
            (hours, 3_600_000_000), (days, 86_400_000_000), (weeks, 604_800_000_000),
        ]
        for (part, factor) in parts {
            switch part {
            case .integer(let value):
                total = try total.adding(value.multiplied(by: BigInteger(factor), meter), meter)
            case .float(let value):
                let whole = try BigInteger(value)
                total = try total.adding(whole.multiplied(by: BigInteger(factor), meter), meter)
                let fraction = (value - value.rounded(.towardZero)) * Double(factor)
                total = try total.adding(BigInteger(truncating: fraction), meter)
                leftover += fraction - fraction.rounded(.towardZero)
            }
        }
        if leftover != 0 {
            var whole = leftover.rounded(.toNearestOrAwayFromZero)
            if (whole - leftover).magnitude == 0.5 {
                let odd: Double = total.isOdd ? 1 : 0
                whole = 2 * ((leftover + odd) * 0.5).rounded(.toNearestOrAwayFromZero) - odd
            }
            total = try total.adding(BigInteger(truncating: whole), meter)
        }
        try self.init(total, meter)
    }

    var isZero: Bool { total == 0 }

    /// `total_seconds()`.
    func totalSeconds(_ meter: Meter) throws(EngineError) -> Double {
        try big.trueQuotient(by: 1_000_000, meter)
    }

    /// The total as a big integer.
    var big: BigInteger {
        let size = total.magnitude
        return BigInteger(
            isNegative: total < 0,
            magnitude: [UInt(truncatingIfNeeded: size), UInt(truncatingIfNeeded: size >> 64)]
        )
    }

    var text: String {
        let clock = "\(seconds / 3_600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        let fraction = microseconds == 0 ? "" : "." + padded(microseconds, 6)
        return days == 0
            ? clock + fraction : "\(days) day\(days.magnitude == 1 ? "" : "s"), \(clock)\(fraction)"
    }

    var repr: String {
        var parts: [String] = []
        if days != 0 { parts.append("days=\(days)") }
        if seconds != 0 { parts.append("seconds=\(seconds)") }
        if microseconds != 0 { parts.append("microseconds=\(microseconds)") }
        return "datetime.timedelta(\(parts.isEmpty ? "0" : parts.joined(separator: ", ")))"
    }
}

extension TimeDelta: Comparable {
    static func < (left: TimeDelta, right: TimeDelta) -> Bool { left.total < right.total }
}

/// Arithmetic.
extension TimeDelta {
    func adding(_ other: TimeDelta) throws(EngineError) -> TimeDelta {
        try TimeDelta(microseconds: total + other.total)
    }
    func subtracting(_ other: TimeDelta) throws(EngineError) -> TimeDelta {
        try TimeDelta(microseconds: total - other.total)
    }
    func negated() throws(EngineError) -> TimeDelta { try TimeDelta(microseconds: -total) }
    /// `abs`.
    func absolute() throws(EngineError) -> TimeDelta { total < 0 ? try negated() : self }

    /// `*`; a float is taken as the exact fraction that it is.
    func multiplied(by factor: Number, _ meter: Meter) throws(EngineError) -> TimeDelta {
        switch factor {
        case .integer(let value): return try TimeDelta(big.multiplied(by: value, meter), meter)
        case .float(let value):
            let (numerator, denominator) = try FloatArithmetic.integerRatio(value)
            return try Self.nearest(big.multiplied(by: numerator, meter), denominator, meter)
        }
    }

    /// `/` by a number, to the nearest microsecond, ties to even.
    func divided(by divisor: Number, _ meter: Meter) throws(EngineError) -> TimeDelta {
        switch divisor {
        case .integer(let value): return try Self.nearest(big, value, meter)
        case .float(let value):
            let (numerator, denominator) = try FloatArithmetic.integerRatio(value)
            return try Self.nearest(big.multiplied(by: denominator, meter), numerator, meter)
        }
    }

    /// `/` by another.
    func ratio(to other: TimeDelta, _ meter: Meter) throws(EngineError) -> Double {
        try big.trueQuotient(by: other.big, meter)
    }

    /// `//` by an integer.
    func floorQuotient(by divisor: BigInteger, _ meter: Meter) throws(EngineError) -> TimeDelta {
        try TimeDelta(big.floorQuotient(by: divisor, meter), meter)
    }

    /// `//` by another.
    func floorQuotient(by other: TimeDelta, _ meter: Meter) throws(EngineError) -> BigInteger {
        try big.floorQuotient(by: other.big, meter)
    }

    /// `%`.
    func modulo(_ other: TimeDelta, _ meter: Meter) throws(EngineError) -> TimeDelta {
        try TimeDelta(big.modulo(other.big, meter), meter)
    }

    private static func nearest(
        _ numerator: BigInteger,
        _ denominator: BigInteger,
        _ meter: Meter
    ) throws(EngineError) -> TimeDelta {
        let (quotient, rest) = try numerator.dividedFloor(by: denominator, meter)
        let twice = try rest.shiftedLeft(by: 1, meter).absolute
        let isUp = twice > denominator.absolute || (twice == denominator.absolute && quotient.isOdd)
        return try TimeDelta(isUp ? quotient.adding(.one, meter) : quotient, meter)
    }
}
