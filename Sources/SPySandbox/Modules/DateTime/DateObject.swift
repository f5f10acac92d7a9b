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
