/// Attributes and class methods of the types of `datetime`.
extension DateTimeModule {
    static func attribute(_ name: String, of type: PythonType, _ machine: Machine) throws(EngineError)
        -> Value?
    {
        let heap = machine.heap
        switch "\(type.name).\(name)" {
        case "timezone.utc": return .object(ZoneObject(.utc, heap))
        case "date.resolution": return .object(DeltaObject(try TimeDelta(microseconds: 86_400_000_000), heap))
        case "time.min": return .object(TimeObject(try ClockTime(), heap))
        case "time.max": return .object(TimeObject(try latest, heap))
        case "time.resolution", "datetime.resolution":
            return .object(DeltaObject(try TimeDelta(microseconds: 1), heap))
        case "timedelta.min": return .object(DeltaObject(.min, heap))
        case "timedelta.max": return .object(DeltaObject(.max, heap))
        case "timedelta.resolution": return .object(DeltaObject(try TimeDelta(microseconds: 1), heap))
        case "date.min": return .object(DateObject(try CivilDate(year: 1, month: 1, day: 1), heap))
        case "date.max": return .object(DateObject(try CivilDate(year: 9999, month: 12, day: 31), heap))
        case "datetime.min":
            return .object(DateTimeObject(DateTime(date: try CivilDate(year: 1, month: 1, day: 1)), heap))
        case "datetime.max":
            let date = try CivilDate(year: 9999, month: 12, day: 31)
            return .object(DateTimeObject(DateTime(date: date, time: try latest), heap))
        default: return nil
        }
    }

    private static var latest: ClockTime {
        get throws(EngineError) { try ClockTime(hour: 23, minute: 59, second: 59, microsecond: 999_999) }
    }

    static func classMethod(_ name: String, of type: PythonType) -> NativeMethod? {
        if let method = classMethods["\(type.name).\(name)"] { return method }
        guard type === PythonType.datetime, let method = classMethods["date.\(name)"] else { return nil }
        // What makes a date makes midnight of it for the class of moments.
        return { machine, value, arguments throws(EngineError) in
            let made = try method(machine, value, arguments)
            guard let date = civilDate(made) else { return made }
            return .object(DateTimeObject(DateTime(date: date), machine.heap))
        }
    }

    private static func clockless(_ name: String) -> NativeMethod {
        { machine, value, arguments throws(EngineError) in
            throw .raise(
                "RuntimeError",
                "SPy's sandbox has no clock: pass the time in instead of calling \(name)()"
            )
        }
    }

    private static let classMethods: [String: NativeMethod] = [
        "date.today": clockless("today"), "datetime.now": clockless("now"),
        "datetime.utcnow": clockless("utcnow"),
        "datetime.today": clockless("today"),
        "date.fromisoformat": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(
                arguments.one("date.fromisoformat"),
                "fromisoformat: argument must be str",
                bare: true
            )
            return .object(DateObject(try ISOParser.date(text, machine.meter), machine.heap))
        },
        "time.fromisoformat": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(
                arguments.one("time.fromisoformat"),
                "fromisoformat: argument must be str",
                bare: true
            )
            return .object(TimeObject(try ISOParser.time(text, machine.meter), machine.heap))
        },
        "datetime.fromisoformat": { machine, value, arguments throws(EngineError) in
            let text = try machine.textArgument(
                arguments.one("datetime.fromisoformat"),
                "fromisoformat: argument must be str",
                bare: true
            )
            return .object(DateTimeObject(try ISOParser.dateTime(text, machine.meter), machine.heap))
        },
        "datetime.strptime": { machine, value, arguments throws(EngineError) in
            try arguments.between(2, 2, "strptime")
            let text = try machine.textArgument(arguments[0], "strptime() argument 1 must be str, not ")
            let format = try machine.textArgument(arguments[1], "strptime() argument 2 must be str, not ")
            return .object(
                DateTimeObject(try DateTimeReader.parse(text, format, machine.meter), machine.heap)
            )
        },
        "datetime.combine": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("combine", ["date", "time", "tzinfo"], required: 2)
            guard let date = bound[0].flatMap({ civilDate($0) }),
                let time = bound[1]?.object(.time, as: TimeObject.self)
            else {
                throw .typeError("combine() arguments must be a date and a time")
            }
            var clock = time.time
            if let zone = bound[2] {
                clock = try replacing(clock, [:], zone: .some(DateTimeModule.zone(zone)), machine)
            }
            return .object(DateTimeObject(DateTime(date: date, time: clock), machine.heap))
        },
        "datetime.fromtimestamp": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("fromtimestamp", ["timestamp", "tz"], required: 1)
            let stamp = try Constructors.float(bound[0] ?? .none, machine)
            return .object(DateTimeObject(try DateTime(timestamp: stamp, zone: zone(bound[1])), machine.heap))
        },
        "datetime.utcfromtimestamp": { machine, value, arguments throws(EngineError) in
            let stamp = try Constructors.float(arguments.one("utcfromtimestamp"), machine)
            return .object(DateTimeObject(try DateTime(timestamp: stamp, zone: nil), machine.heap))
        },
        "date.fromordinal": { machine, value, arguments throws(EngineError) in
            let ordinal = try machine.intArgument(arguments.one("fromordinal"))
            return .object(DateObject(try CivilDate(ordinal: ordinal), machine.heap))
        },
        "date.fromisocalendar": { machine, value, arguments throws(EngineError) in
            let bound = try arguments.bind("fromisocalendar", ["year", "week", "day"], required: 3)
            return .object(
                DateObject(
                    try CivilDate(
                        isoYear: int(bound[0], 1, machine),
                        week: int(bound[1], 1, machine),
                        weekday: int(bound[2], 1, machine)
                    ),
                    machine.heap
                )
            )
        },
    ]
}
