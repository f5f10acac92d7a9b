internal import SPySyntax

/// A `datetime.datetime`.
final class DateTimeObject: ForeignObject {
    let moment: DateTime

    init(_ moment: DateTime, _ heap: Heap) {
        self.moment = moment
        super.init(.datetime, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { try moment.repr(machine.meter) }
    override func str(_ machine: Machine) throws(EngineError) -> String { moment.text }

    override func hash(_ meter: Meter) throws(EngineError) -> Int {
        let offset = moment.zone.map { $0.offset.total } ?? 0
        let total =
            Int128(moment.date.ordinal) * TimeDelta.microsecondsPerDay + Int128(moment.time.microsecondOfDay)
            - offset
        return Int(truncatingIfNeeded: total)
    }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.datetime, as: DateTimeObject.self).map { $0.moment == moment }
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        if other.kind == .date { throw .typeError("can't compare datetime.datetime to datetime.date") }
        guard let other = other.object(.datetime, as: DateTimeObject.self) else { return nil }
        return DateTimeModule.order(try DateTime.compare(moment, other.moment))
    }

    override func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        let delta = { (value: Value) in value.object(.timedelta, as: DeltaObject.self)?.delta }
        switch operation {
        case .add:
            guard let delta = delta(right) ?? delta(left) else { return nil }
            return .object(DateTimeObject(try moment.adding(delta), heap))
        case .subtract:
            guard let left = left.object(.datetime, as: DateTimeObject.self)?.moment else { return nil }
            if let delta = delta(right) { return .object(DateTimeObject(try left.subtracting(delta), heap)) }
            guard let right = right.object(.datetime, as: DateTimeObject.self)?.moment else { return nil }
            return .object(DeltaObject(try left.since(right), heap))
        default: return nil
        }
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        if let part = try DateObject(moment.date, heap).attribute(name, machine) { return part }
        return try TimeObject(moment.time, heap).attribute(name, machine)
    }

    override func format(_ specification: Text, _ machine: Machine) throws(EngineError) -> Value? {
        try machine.text { () throws(EngineError) in try moment.formatted(specification, machine.meter) }
    }

    private static func moment(_ value: Value) -> DateTime {
        value.object(.datetime, as: DateTimeObject.self)!.moment
    }

    static let table: [String: NativeMethod] = [
        "date": { machine, value, arguments throws(EngineError) in
            .object(DateObject(moment(value).date, machine.heap))
        },
        "time": { machine, value, arguments throws(EngineError) in
            let plain = try DateTimeModule.replacing(moment(value).time, [:], zone: .some(nil), machine)
            return .object(TimeObject(plain, machine.heap))
        },
        "timetz": { machine, value, arguments throws(EngineError) in
            .object(TimeObject(moment(value).time, machine.heap))
        },
        "timestamp": { machine, value, arguments throws(EngineError) in
            .float(try moment(value).timestamp(machine.meter))
        },
        "isoformat": { machine, value, arguments throws(EngineError) in
            let separator = arguments.named("sep") ?? (arguments.count > 0 ? arguments[0] : nil)
            let precision = try DateTimeModule.precision(arguments, 1, machine)
            return try machine.string(
                moment(value).isoText(separator: separator?.string?.text.string ?? "T", precision)
            )
        },
        "strftime": { machine, value, arguments throws(EngineError) in
            try DateTimeModule.format(moment(value), arguments, machine)
        },
        "ctime": { machine, value, arguments throws(EngineError) in try machine.string(moment(value).ctime) },
        "replace": { machine, value, arguments throws(EngineError) in
            let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"]
            let parts = try DateTimeModule.replacements(arguments, names)
            let zone: FixedZone?? = try parts["tzinfo"].map { (zone) throws(EngineError) in
                try DateTimeModule.zone(zone)
            }
            let date = try DateTimeModule.replacing(moment(value).date, parts, machine)
            let time = try DateTimeModule.replacing(moment(value).time, parts, zone: zone, machine)
            return .object(DateTimeObject(DateTime(date: date, time: time), machine.heap))
        },
        "astimezone": { machine, value, arguments throws(EngineError) in
            let zone = try DateTimeModule.zone(arguments.bind("astimezone", ["tz"])[0]) ?? .utc
            return .object(DateTimeObject(try moment(value).converted(to: zone), machine.heap))
        },
        "utcoffset": { machine, value, arguments throws(EngineError) in
            moment(value).zone.map { .object(DeltaObject($0.offset, machine.heap)) } ?? .none
        },
        "tzname": { machine, value, arguments throws(EngineError) in
            guard let zone = moment(value).zone else { return .none }
            return try machine.string(zone.text)
        },
    ]
}
