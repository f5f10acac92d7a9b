/// A `datetime.time`.
final class TimeObject: ForeignObject {
    let time: ClockTime

    init(_ time: ClockTime, _ heap: Heap) {
        self.time = time
        super.init(.time, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { try time.repr(machine.meter) }
    override func str(_ machine: Machine) throws(EngineError) -> String { time.isoText() }

    override func hash(_ meter: Meter) throws(EngineError) -> Int {
        let offset = time.zone.map { Int($0.offset.total) } ?? 0
        return time.microsecondOfDay - offset
    }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.time, as: TimeObject.self).map { $0.time == time }
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        guard let other = other.object(.time, as: TimeObject.self) else { return nil }
        return DateTimeModule.order(try ClockTime.compare(time, other.time))
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "hour": .int(time.hour)
        case "minute": .int(time.minute)
        case "second": .int(time.second)
        case "microsecond": .int(time.microsecond)
        case "tzinfo": time.zone.map { .object(ZoneObject($0, heap)) } ?? Value.none
        case "fold": .int(time.fold)
        default: nil
        }
    }

    private var moment: DateTime {
        get throws(EngineError) { DateTime(date: try CivilDate(year: 1900, month: 1, day: 1), time: time) }
    }

    override func format(_ specification: Text, _ machine: Machine) throws(EngineError) -> Value? {
        let moment = try moment
        return try machine.text { () throws(EngineError) in try moment.formatted(specification, machine.meter)
        }
    }

    static let table: [String: NativeMethod] = [
        "isoformat": { machine, value, arguments throws(EngineError) in
            let precision = try DateTimeModule.precision(arguments, 0, machine)
            return try machine.string(value.object(.time, as: TimeObject.self)!.time.isoText(precision))
        },
        "strftime": { machine, value, arguments throws(EngineError) in
            try DateTimeModule.format(value.object(.time, as: TimeObject.self)!.moment, arguments, machine)
        },
        "replace": { machine, value, arguments throws(EngineError) in
            let parts = try DateTimeModule.replacements(
                arguments,
                ["hour", "minute", "second", "microsecond", "tzinfo", "fold"]
            )
            let zone: FixedZone?? = try parts["tzinfo"].map { (zone) throws(EngineError) in
                try DateTimeModule.zone(zone)
            }
            let time = value.object(.time, as: TimeObject.self)!.time
            return .object(
                TimeObject(try DateTimeModule.replacing(time, parts, zone: zone, machine), machine.heap)
            )
        },
        "utcoffset": { machine, value, arguments throws(EngineError) in
            value.object(.time, as: TimeObject.self)!.time.zone.map {
                .object(DeltaObject($0.offset, machine.heap))
            } ?? .none
        },
    ]
}
