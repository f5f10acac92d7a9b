internal import SPySyntax

/// A `datetime.date`.
final class DateObject: ForeignObject {
    let date: CivilDate

    init(_ date: CivilDate, _ heap: Heap) {
        self.date = date
        super.init(.date, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { date.repr }
    override func str(_ machine: Machine) throws(EngineError) -> String { date.isoText }
    override func hash(_ meter: Meter) throws(EngineError) -> Int { date.ordinal }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.date, as: DateObject.self).map { $0.date == date }
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        if other.kind == .datetime { throw .typeError("can't compare datetime.datetime to datetime.date") }
        return other.object(.date, as: DateObject.self).map {
            DateTimeModule.order(date.ordinal - $0.date.ordinal)
        }
    }

    override func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        let days = { (value: Value) in value.object(.timedelta, as: DeltaObject.self)?.delta.days }
        switch operation {
        case .add:
            guard let days = days(right) ?? days(left) else { return nil }
            return .object(DateObject(try date.adding(days: days), heap))
        case .subtract:
            guard let left = left.object(.date, as: DateObject.self)?.date else { return nil }
            if let days = days(right) { return .object(DateObject(try left.adding(days: -days), heap)) }
            guard let right = right.object(.date, as: DateObject.self)?.date else { return nil }
            let total = Int128(left.ordinal - right.ordinal) * TimeDelta.microsecondsPerDay
            return .object(DeltaObject(try TimeDelta(microseconds: total), heap))
        default: return nil
        }
    }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "year": .int(date.year)
        case "month": .int(date.month)
        case "day": .int(date.day)
        default: nil
        }
    }

    override func format(_ specification: Text, _ machine: Machine) throws(EngineError) -> Value? {
        try machine.text { () throws(EngineError) in
            try DateTime(date: date).formatted(specification, machine.meter)
        }
    }

    private static func date(_ value: Value) -> CivilDate { DateTimeModule.civilDate(value)! }

    /// Methods of dates, which moments have too.
    static let table: [String: NativeMethod] = [
        "isoformat": { machine, value, arguments throws(EngineError) in
            try machine.string(date(value).isoText)
        },
        "weekday": { machine, value, arguments throws(EngineError) in .int(date(value).weekday) },
        "isoweekday": { machine, value, arguments throws(EngineError) in .int(date(value).weekday + 1) },
        "toordinal": { machine, value, arguments throws(EngineError) in .int(date(value).ordinal) },
        "isocalendar": { machine, value, arguments throws(EngineError) in
            DateTimeModule.isoCalendar(date(value), machine)
        },
        "ctime": { machine, value, arguments throws(EngineError) in
            try machine.string(DateTime(date: date(value)).ctime)
        },
        "strftime": { machine, value, arguments throws(EngineError) in
            try DateTimeModule.format(DateTime(date: date(value)), arguments, machine)
        },
        "replace": { machine, value, arguments throws(EngineError) in
            let parts = try DateTimeModule.replacements(arguments, ["year", "month", "day"])
            return .object(
                DateObject(try DateTimeModule.replacing(date(value), parts, machine), machine.heap)
            )
        },
    ]
}

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

/// A `datetime.timedelta`.
final class DeltaObject: ForeignObject {
    let delta: TimeDelta

    init(_ delta: TimeDelta, _ heap: Heap) {
        self.delta = delta
        super.init(.timedelta, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { delta.repr }
    override func str(_ machine: Machine) throws(EngineError) -> String { delta.text }
    override func isTrue() -> Bool { !delta.isZero }
    override func hash(_ meter: Meter) throws(EngineError) -> Int { Int(truncatingIfNeeded: delta.total) }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.timedelta, as: DeltaObject.self).map { $0.delta == delta }
    }

    override func order(_ other: Value, _ meter: Meter) throws(EngineError) -> Order? {
        guard let other = other.object(.timedelta, as: DeltaObject.self) else { return nil }
        return delta < other.delta ? .less : delta == other.delta ? .equal : .greater
    }

    private func made(_ delta: TimeDelta) -> Value { .object(DeltaObject(delta, heap)) }

    override func binary(
        _ operation: BinaryOperator,
        _ left: Value,
        _ right: Value,
        _ machine: Machine
    ) throws(EngineError) -> Value? {
        let meter = machine.meter
        let (one, other) = (
            left.object(.timedelta, as: DeltaObject.self)?.delta,
            right.object(.timedelta, as: DeltaObject.self)?.delta
        )
        switch (operation, one, other) {
        case (.add, .some(let one), .some(let other)): return made(try one.adding(other))
        case (.subtract, .some(let one), .some(let other)): return made(try one.subtracting(other))
        case (.multiply, .some(let one), nil):
            guard Numeral(right) != nil else { return nil }
            return made(try one.multiplied(by: StatisticsModule.number(right), meter))
        case (.multiply, nil, .some(let other)):
            guard Numeral(left) != nil else { return nil }
            return made(try other.multiplied(by: StatisticsModule.number(left), meter))
        case (.divide, .some(let one), .some(let other)):
            if other.isZero { throw .zeroDivision("division by zero") }
            return .float(try one.ratio(to: other, meter))
        case (.divide, .some(let one), nil):
            guard Numeral(right) != nil else { return nil }
            return made(try one.divided(by: StatisticsModule.number(right), meter))
        case (.floorDivide, .some(let one), .some(let other)):
            return machine.integer(try one.floorQuotient(by: other, meter))
        case (.floorDivide, .some(let one), nil):
            guard let divisor = right.bigInteger else { return nil }
            return made(try one.floorQuotient(by: divisor, meter))
        case (.modulo, .some(let one), .some(let other)): return made(try one.modulo(other, meter))
        default: return nil
        }
    }

    override func unary(_ operation: UnaryOperator, _ machine: Machine) throws(EngineError) -> Value? {
        switch operation {
        case .minus: made(try delta.negated())
        case .plus: made(delta)
        default: nil
        }
    }

    override func absolute(_ machine: Machine) throws(EngineError) -> Value? { made(try delta.absolute()) }

    override func attribute(_ name: String, _ machine: Machine) throws(EngineError) -> Value? {
        switch name {
        case "days": .int(delta.days)
        case "seconds": .int(delta.seconds)
        case "microseconds": .int(delta.microseconds)
        default: nil
        }
    }

    static let table: [String: NativeMethod] = [
        "total_seconds": { machine, value, arguments throws(EngineError) in
            try arguments.none("timedelta.total_seconds")
            return .float(
                try value.object(.timedelta, as: DeltaObject.self)!.delta.totalSeconds(machine.meter)
            )
        }
    ]
}

/// A `datetime.timezone`.
final class ZoneObject: ForeignObject {
    let zone: FixedZone

    init(_ zone: FixedZone, _ heap: Heap) {
        self.zone = zone
        super.init(.timezone, heap)
    }

    override func repr(_ machine: Machine) throws(EngineError) -> String { try zone.repr(machine.meter) }
    override func str(_ machine: Machine) throws(EngineError) -> String { zone.text.string }
    override func hash(_ meter: Meter) throws(EngineError) -> Int {
        Int(truncatingIfNeeded: zone.offset.total)
    }

    override func isEqual(to other: Value, _ meter: Meter) throws(EngineError) -> Bool? {
        other.object(.timezone, as: ZoneObject.self).map { $0.zone == zone }
    }

    static let table: [String: NativeMethod] = [
        "utcoffset": { machine, value, arguments throws(EngineError) in
            .object(DeltaObject(value.object(.timezone, as: ZoneObject.self)!.zone.offset, machine.heap))
        },
        "tzname": { machine, value, arguments throws(EngineError) in
            try machine.string(value.object(.timezone, as: ZoneObject.self)!.zone.text)
        },
    ]
}
