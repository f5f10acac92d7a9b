/// `datetime`, without a clock: `now`, `today` and `utcnow` are refused.
enum DateTimeModule {
    static func members(_ machine: Machine) -> [String: Value] {
        var members = machine.members([:], [.date, .time, .datetime, .timedelta, .tzinfo, .timezone])
        members["UTC"] = .object(ZoneObject(.utc, machine.heap))
        members["MINYEAR"] = .int(1)
        members["MAXYEAR"] = .int(9999)
        return members
    }

    // MARK: Construction

    static func construct(
        _ type: PythonType,
        _ machine: Machine,
        _ arguments: Arguments
    ) throws(EngineError) -> Value? {
        let heap = machine.heap
        switch ObjectIdentifier(type) {
        case ObjectIdentifier(PythonType.date):
            let bound = try arguments.bind("date", ["year", "month", "day"])
            try require(bound)
            return .object(DateObject(try date(bound, machine), heap))
        case ObjectIdentifier(PythonType.time):
            let bound = try arguments.bind("time", timeNames, positional: 5)
            return .object(TimeObject(try time(bound, 0, machine), heap))
        case ObjectIdentifier(PythonType.datetime):
            let bound = try arguments.bind(
                "datetime",
                ["year", "month", "day"] + timeNames,
                positional: 8
            )
            try require(bound)
            return .object(
                DateTimeObject(
                    DateTime(date: try date(bound, machine), time: try time(bound, 3, machine)),
                    heap
                )
            )
        case ObjectIdentifier(PythonType.timedelta):
            return .object(DeltaObject(try delta(machine, arguments), heap))
        case ObjectIdentifier(PythonType.timezone):
            let bound = try arguments.bind("timezone", ["offset", "name"], required: 1)
            guard let offset = bound[0]?.object(.timedelta, as: DeltaObject.self) else {
                throw .typeError(
                    "timezone() argument 1 must be datetime.timedelta, not \(TypeNames.name(of: bound[0] ?? .none))"
                )
            }
            return .object(
                ZoneObject(try FixedZone(offset: offset.delta, name: bound[1]?.string?.text), heap)
            )
        default: return nil
        }
    }

    private static func require(_ bound: [Value?]) throws(EngineError) {
        for (index, name) in ["year", "month", "day"].enumerated() where bound[index] == nil {
            throw .typeError("function missing required argument '\(name)' (pos \(index + 1))")
        }
    }

    private static let timeNames = ["hour", "minute", "second", "microsecond", "tzinfo", "fold"]

    static func int(_ value: Value?, _ fallback: Int, _ machine: Machine) throws(EngineError) -> Int {
        guard let value else { return fallback }
        return try machine.intArgument(value)
    }

    static func date(_ bound: [Value?], _ machine: Machine) throws(EngineError) -> CivilDate {
        try CivilDate(
            year: int(bound[0], 1, machine),
            month: int(bound[1], 1, machine),
            day: int(bound[2], 1, machine)
        )
    }

    private static func time(_ bound: [Value?], _ first: Int, _ machine: Machine) throws(EngineError)
        -> ClockTime
    {
        try ClockTime(
            hour: int(bound[first], 0, machine),
            minute: int(bound[first + 1], 0, machine),
            second: int(bound[first + 2], 0, machine),
            microsecond: int(bound[first + 3], 0, machine),
            zone: zone(bound[first + 4]),
            fold: int(bound[first + 5], 0, machine)
        )
    }

    static func zone(_ value: Value?) throws(EngineError) -> FixedZone? {
        guard let value, !value.isNone else { return nil }
        guard let zone = value.object(.timezone, as: ZoneObject.self) else {
            throw .typeError(
                "tzinfo argument must be None or of a tzinfo subclass, not type '\(TypeNames.name(of: value))'"
            )
        }
        return zone.zone
    }

    private static func delta(_ machine: Machine, _ arguments: Arguments) throws(EngineError) -> TimeDelta {
        let names = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]
        if let unknown = arguments.names.first(where: { !names.contains($0) }) {
            throw .typeError("'\(unknown)' is an invalid keyword argument for __new__()")
        }
        let bound = try arguments.bind("timedelta", names)
        var parts: [Number] = []
        for (index, value) in bound.enumerated() {
            guard let value else {
                parts.append(.integer(.zero))
                continue
            }
            if case .float(let number) = value {
                parts.append(.float(number))
            } else if let number = value.bigInteger {
                parts.append(.integer(number))
            } else {
                throw .typeError(
                    "unsupported type for timedelta \(names[index]) component: \(TypeNames.name(of: value))"
                )
            }
        }
        return try TimeDelta(
            days: parts[0],
            seconds: parts[1],
            microseconds: parts[2],
            milliseconds: parts[3],
            minutes: parts[4],
            hours: parts[5],
            weeks: parts[6],
            machine.meter
        )
    }

    // MARK: Shared by the objects

    static func civilDate(_ value: Value) -> CivilDate? {
        if let date = value.object(.date, as: DateObject.self) { return date.date }
        return value.object(.datetime, as: DateTimeObject.self)?.moment.date
    }

    /// A time with some of its parts replaced; `zone` is nothing where it stays.
    static func replacing(
        _ time: ClockTime,
        _ parts: [String: Value],
        zone: FixedZone??,
        _ machine: Machine
    ) throws(EngineError) -> ClockTime {
        try ClockTime(
            hour: int(parts["hour"], time.hour, machine),
            minute: int(parts["minute"], time.minute, machine),
            second: int(parts["second"], time.second, machine),
            microsecond: int(parts["microsecond"], time.microsecond, machine),
            zone: zone ?? time.zone,
            fold: int(parts["fold"], time.fold, machine)
        )
    }

    static func replacing(_ date: CivilDate, _ parts: [String: Value], _ machine: Machine) throws(EngineError)
        -> CivilDate
    {
        try CivilDate(
            year: int(parts["year"], date.year, machine),
            month: int(parts["month"], date.month, machine),
            day: int(parts["day"], date.day, machine)
        )
    }

    /// The named parts of a `replace`, which may also come by position.
    static func replacements(_ arguments: Arguments, _ names: [String]) throws(EngineError) -> [String: Value]
    {
        let bound = try arguments.bind("replace", names)
        var parts: [String: Value] = [:]
        for (name, value) in zip(names, bound) { if let value { parts[name] = value } }
        return parts
    }

    static func precision(_ arguments: Arguments, _ index: Int, _ machine: Machine) throws(EngineError)
        -> ClockTime.Precision
    {
        guard let given = arguments.named("timespec") ?? (index < arguments.count ? arguments[index] : nil)
        else { return .auto }
        return try ClockTime.Precision(
            named: machine.textArgument(given, "isoformat() argument 2 must be str, not ").string
        )
    }

    static func isoCalendar(_ date: CivilDate, _ machine: Machine) -> Value {
        let calendar = date.isoCalendar
        let type = NamedTupleTypeObject(
            "datetime.IsoCalendarDate",
            ["year", "week", "weekday"],
            [],
            machine.heap
        )
        let items: [Value] = [.int(calendar.year), .int(calendar.week), .int(calendar.weekday)]
        return .object(TupleObject(items, machine.heap, type: type))
    }

    static func format(_ moment: DateTime, _ arguments: Arguments, _ machine: Machine) throws(EngineError)
        -> Value
    {
        let format = try machine.textArgument(
            arguments.one("strftime"),
            "strftime() argument 1 must be str, not "
        )
        return try machine.text { () throws(EngineError) in try moment.formatted(format, machine.meter) }
    }

    static func order(_ number: Int) -> ForeignObject.Order {
        number < 0 ? .less : number == 0 ? .equal : .greater
    }
}
