/// Python's `datetime`: a date and a time of day, perhaps in a zone.
///
/// The sandbox has no clock and no local time: where Python would ask the machine, local time is UTC.
struct DateTime: Hashable, Sendable {
    let date: CivilDate
    let time: ClockTime

    var zone: FixedZone? { time.zone }

    /// Microseconds since the start of year 1, in its own zone.
    private var local: Int128 {
        Int128(date.ordinal) * TimeDelta.microsecondsPerDay + Int128(time.microsecondOfDay)
    }

    private var utc: Int128 { local - (zone?.offset.total ?? 0) }

    init(date: CivilDate, time: ClockTime = .midnight) {
        self.date = date
        self.time = time
    }

    private init(local: Int128, zone: FixedZone?) throws(EngineError) {
        let (days, rest) = local.quotientAndRemainder(dividingBy: TimeDelta.microsecondsPerDay)
        guard local > 0, days >= 1, days <= 3_652_059 else { throw .overflowError("date value out of range") }
        date = try CivilDate(ordinal: Int(days))
        time = ClockTime(microsecondOfDay: Int(rest), zone: zone)
    }

    /// `+ timedelta`.
    func adding(_ delta: TimeDelta) throws(EngineError) -> DateTime {
        try DateTime(local: local + delta.total, zone: zone)
    }

    /// `- timedelta`.
    func subtracting(_ delta: TimeDelta) throws(EngineError) -> DateTime {
        try DateTime(local: local - delta.total, zone: zone)
    }

    /// `- datetime`.
    func since(_ other: DateTime) throws(EngineError) -> TimeDelta {
        guard (zone == nil) == (other.zone == nil) else {
            throw .typeError("can't subtract offset-naive and offset-aware datetimes")
        }
        return try TimeDelta(microseconds: utc - other.utc)
    }

    /// The order of two; with a zone and without cannot be compared.
    static func compare(_ left: DateTime, _ right: DateTime) throws(EngineError) -> Int {
        guard (left.zone == nil) == (right.zone == nil) else {
            throw .typeError("can't compare offset-naive and offset-aware datetimes")
        }
        return Int((left.utc - right.utc).signum())
    }

    static func == (left: DateTime, right: DateTime) -> Bool {
        (left.zone == nil) == (right.zone == nil) && left.utc == right.utc
    }

    func hash(into hasher: inout Hasher) { hasher.combine(utc) }

    /// `astimezone`.
    func converted(to zone: FixedZone) throws(EngineError) -> DateTime {
        try DateTime(local: utc + zone.offset.total, zone: zone)
    }

    /// `timestamp()`.
    func timestamp(_ meter: Meter) throws(EngineError) -> Double {
        // CPython looks a day back for a change of clocks, even before the first day.
        if zone == nil, date.ordinal == 1 { throw .valueError("year 0 is out of range") }
        let epoch = Int128(719_163) * TimeDelta.microsecondsPerDay
        return try TimeDelta(microseconds: utc - epoch).totalSeconds(meter)
    }

    /// `fromtimestamp(value, zone)`, rounded to a microsecond, ties to even; without a zone in UTC.
    init(timestamp value: Double, zone: FixedZone?) throws(EngineError) {
        guard !value.isNaN else { throw .valueError("Invalid value NaN (not a number)") }
        guard value.magnitude < 9.2e18 else {
            throw .overflowError("timestamp out of range for platform time_t")
        }
        var whole = value.rounded(.towardZero)
        var fraction = ((value - whole) * 1e6).rounded(.toNearestOrEven)
        if fraction >= 1e6 {
            whole += 1
            fraction -= 1e6
        } else if fraction < 0 {
            whole -= 1
            fraction += 1e6
        }
        let seconds = Int128(whole) + 719_163 * 86_400
        let utc = seconds * 1_000_000 + Int128(fraction)
        let year = (seconds / 86_400) * 400 / 146_097 + 1
        guard seconds >= 86_400, year <= 10_000 else { throw .valueError("year \(year) is out of range") }
        try self.init(local: utc + (zone?.offset.total ?? 0), zone: zone)
    }

    /// `isoformat`.
    func isoText(separator: String = "T", _ precision: ClockTime.Precision = .auto) -> String {
        date.isoText + separator + time.isoText(precision)
    }

    /// `str`.
    var text: String { isoText(separator: " ") }

    func repr(_ meter: Meter) throws(EngineError) -> String {
        let (day, clock) = ("\(date.year), \(date.month), \(date.day)", "\(time.hour), \(time.minute)")
        return "datetime.datetime(\(day), \(clock)\(try time.reprEnd(meter)))"
    }
}
