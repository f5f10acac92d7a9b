/// Python's `timezone`: a fixed distance from UTC, perhaps with a name.
struct FixedZone: Hashable, Sendable {
    let offset: TimeDelta
    let name: Text?

    static let utc = FixedZone(unchecked: .zero)

    init(offset: TimeDelta, name: Text? = nil) throws(EngineError) {
        guard offset.total.magnitude < TimeDelta.microsecondsPerDay.magnitude else {
            throw .valueError(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), "
                    + "not \(offset.repr)."
            )
        }
        self.offset = offset
        self.name = name
    }

    private init(unchecked offset: TimeDelta) {
        self.offset = offset
        name = nil
    }

    /// Zones are equal when their offsets are.
    static func == (left: FixedZone, right: FixedZone) -> Bool { left.offset == right.offset }
    func hash(into hasher: inout Hasher) { hasher.combine(offset) }

    /// `tzname`, which is also `str`.
    var text: Text { name ?? Text(offset.isZero ? "UTC" : "UTC" + Self.text(of: offset)) }

    func repr(_ meter: Meter) throws(EngineError) -> String {
        if let name { return "datetime.timezone(\(offset.repr), \(try name.repr(meter).string))" }
        return offset.isZero ? "datetime.timezone.utc" : "datetime.timezone(\(offset.repr))"
    }

    /// `+01:00`, with seconds and microseconds where there are some.
    static func text(of offset: TimeDelta, separator: String = ":") -> String {
        let total = offset.total.magnitude
        let (seconds, fraction) = (Int(total / 1_000_000), Int(total % 1_000_000))
        var text = offset.total < 0 ? "-" : "+"
        text += padded(seconds / 3_600, 2) + separator + padded(seconds / 60 % 60, 2)
        if seconds % 60 != 0 || fraction != 0 { text += separator + padded(seconds % 60, 2) }
        if fraction != 0 { text += "." + padded(fraction, 6) }
        return text
    }
}

/// Python's `time`: a time of day, perhaps in a zone.
struct ClockTime: Hashable, Sendable {
    let hour: Int
    let minute: Int
    let second: Int
    let microsecond: Int
    let zone: FixedZone?
    /// The second of two equal times when clocks are set back; equality does not look at it.
    let fold: Int

    static let midnight = ClockTime(microsecondOfDay: 0, zone: nil)

    init(
        hour: Int = 0,
        minute: Int = 0,
        second: Int = 0,
        microsecond: Int = 0,
        zone: FixedZone? = nil,
        fold: Int = 0
    ) throws(EngineError) {
        guard (0..<24).contains(hour) else { throw .valueError("hour must be in 0..23") }
        guard (0..<60).contains(minute) else { throw .valueError("minute must be in 0..59") }
        guard (0..<60).contains(second) else { throw .valueError("second must be in 0..59") }
        guard (0..<1_000_000).contains(microsecond) else {
            throw .valueError("microsecond must be in 0..999999")
        }
        guard fold == 0 || fold == 1 else { throw .valueError("fold must be either 0 or 1") }
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
        self.zone = zone
        self.fold = fold
    }

    /// From microseconds below those of a day.
    init(microsecondOfDay: Int, zone: FixedZone?) {
        hour = microsecondOfDay / 3_600_000_000
        minute = microsecondOfDay / 60_000_000 % 60
        second = microsecondOfDay / 1_000_000 % 60
        microsecond = microsecondOfDay % 1_000_000
        self.zone = zone
        fold = 0
    }

    var microsecondOfDay: Int { ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond }

    /// The order of two times; with a zone and without cannot be compared.
    static func compare(_ left: ClockTime, _ right: ClockTime) throws(EngineError) -> Int {
        guard (left.zone == nil) == (right.zone == nil) else {
            throw .typeError("can't compare offset-naive and offset-aware times")
        }
        let difference = left.utc - right.utc
        return difference.signum() == 0 ? 0 : Int(difference.signum())
    }

    private var utc: Int128 { Int128(microsecondOfDay) - (zone?.offset.total ?? 0) }

    /// Python's `==`: the same moment of the day, both with a zone or both without.
    static func == (left: ClockTime, right: ClockTime) -> Bool {
        (left.zone == nil) == (right.zone == nil) && left.utc == right.utc
    }

    func hash(into hasher: inout Hasher) { hasher.combine(utc) }

    /// How far `isoformat` goes.
    enum Precision: String, Sendable {
        case auto, hours, minutes, seconds, milliseconds, microseconds

        init(named name: String) throws(EngineError) {
            guard let precision = Precision(rawValue: name) else {
                throw .valueError("Unknown timespec value")
            }
            self = precision
        }
    }

    /// `isoformat`.
    func isoText(_ precision: Precision = .auto) -> String {
        var text = padded(hour, 2)
        let resolved = precision == .auto ? (microsecond == 0 ? .seconds : .microseconds) : precision
        if resolved != .hours { text += ":" + padded(minute, 2) }
        if resolved != .hours, resolved != .minutes { text += ":" + padded(second, 2) }
        if resolved == .milliseconds { text += "." + padded(microsecond / 1_000, 3) }
        if resolved == .microseconds { text += "." + padded(microsecond, 6) }
        return text + (zone.map { FixedZone.text(of: $0.offset) } ?? "")
    }

    func repr(_ meter: Meter) throws(EngineError) -> String {
        "datetime.time(\(hour), \(minute)\(try reprEnd(meter)))"
    }

    /// The part of a `repr` behind the minute.
    func reprEnd(_ meter: Meter) throws(EngineError) -> String {
        var text = ""
        if second != 0 || microsecond != 0 { text += ", \(second)" }
        if microsecond != 0 { text += ", \(microsecond)" }
        if fold != 0 { text += ", fold=1" }
        if let zone { text += ", tzinfo=\(try zone.repr(meter))" }
        return text
    }
}
