import Testing

@testable import SPySandbox

struct DateTimeTests {
    @Test func `dates, times and distances give CPython's answers on the stored cases`() throws {
        EngineCases.check(try EngineCases.stored("datetimes"), atLeast: 700, answer: answer)
    }

    @Test func `dates, times and distances give CPython's answers on new cases`() throws {
        EngineCases.check(try EngineCases.generated("datetimes", seed: 53, count: 20_000), answer: answer)
    }

    private let meter = Meter()

    private func moment(_ field: String) throws -> DateTime { try ISOParser.dateTime(Text(field), meter) }

    private func delta(_ field: String) throws -> TimeDelta { try TimeDelta(microseconds: Int128(field)!) }

    private func number(_ field: some StringProtocol) throws -> Number {
        let isFloat = field.contains("p") || field.hasSuffix("nan") || field.hasSuffix("inf")
        return isFloat ? .float(try FloatText.parseHex(field.utf8)) : .integer(try integer(String(field)))
    }

    private func answer(_ fields: [String]) throws -> String {
        switch fields[0] {
        case "new":
            let parts = fields[1].split(separator: ",").map { Int($0)! }
            let date = try CivilDate(year: parts[0], month: parts[1], day: parts[2])
            let time = try ClockTime(
                hour: parts[3],
                minute: parts[4],
                second: parts[5],
                microsecond: parts[6]
            )
            return try DateTime(date: date, time: time).repr(meter)
        case "iso": return try ISOParser.dateTime(Text(unescaping: fields[1]), meter).repr(meter)
        case "date": return try ISOParser.date(Text(unescaping: fields[1]), meter).repr
        case "time": return try ISOParser.time(Text(unescaping: fields[1]), meter).repr(meter)
        case "strftime": return try moment(fields[1]).formatted(Text(unescaping: fields[2]), meter).escaped
        case "strptime":
            return try DateTimeReader.parse(Text(unescaping: fields[1]), Text(unescaping: fields[2]), meter)
                .repr(meter)
        case "+": return try moment(fields[1]).adding(delta(fields[2])).repr(meter)
        case "-": return try moment(fields[1]).subtracting(delta(fields[2])).repr(meter)
        case "since": return try moment(fields[1]).since(moment(fields[2])).repr
        case "timestamp": return FloatText.hex(try moment(fields[1]).timestamp(meter))
        case "from":
            return try DateTime(timestamp: FloatText.parseHex(fields[1].utf8), zone: .utc).repr(meter)
        case "delta":
            let delta = try delta(fields[1])
            return "\(delta.repr) \(delta.text) \(FloatText.hex(try delta.totalSeconds(meter)))"
        case "d*": return try delta(fields[1]).multiplied(by: number(fields[2]), meter).repr
        case "d/": return try delta(fields[1]).divided(by: number(fields[2]), meter).repr
        case "d//": return try hex(delta(fields[1]).floorQuotient(by: delta(fields[2]), meter))
        case "d%": return try delta(fields[1]).modulo(delta(fields[2]), meter).repr
        case "dd": return FloatText.hex(try delta(fields[1]).ratio(to: delta(fields[2]), meter))
        default: return try described(fields)
        }
    }

    private func described(_ fields: [String]) throws -> String {
        switch fields[0] {
        case "compare":
            let (left, right) = (try moment(fields[1]), try moment(fields[2]))
            return outcome { "\(try DateTime.compare(left, right))" } + (left == right ? " True" : " False")
        case "zone":
            let (moment, zone) = (try moment(fields[1]), try FixedZone(offset: delta(fields[2])))
            return outcome { try moment.converted(to: zone).repr(meter) }
                + " \(zone.text.string) \(try zone.repr(meter))"
        case "ordinal":
            let date = try CivilDate(ordinal: Int(fields[1])!)
            let (year, week, weekday) = date.isoCalendar
            return "\(date.repr) \(date.weekday) (\(year), \(week), \(weekday)) \(date.dayOfYear) "
                + DateTime(date: date).ctime
        case "isocal":
            return try CivilDate(isoYear: Int(fields[1])!, week: Int(fields[2])!, weekday: Int(fields[3])!)
                .repr
        default:
            let parts = try fields[1].split(separator: " ").map { try number($0) }
            return try TimeDelta(
                days: parts[0],
                seconds: parts[1],
                microseconds: parts[2],
                milliseconds: parts[3],
                minutes: parts[4],
                hours: parts[5],
                weeks: parts[6],
                meter
            ).repr
        }
    }
}
