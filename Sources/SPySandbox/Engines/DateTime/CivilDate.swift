/// Python's `date`: a day of the Gregorian calendar, extended backwards, in the years 1 to 9999.
struct CivilDate: Hashable, Sendable {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) throws(EngineError) {
        guard (1...9_999).contains(year) else { throw .valueError("year \(year) is out of range") }
        guard (1...12).contains(month) else { throw .valueError("month must be in 1..12") }
        guard day >= 1, day <= Self.days(inMonth: month, of: year) else {
            throw .valueError("day is out of range for month")
        }
        self.init(unchecked: year, month, day)
    }

    private init(unchecked year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// `date.fromordinal`: days counted from 1 January of year 1.
    init(ordinal: Int) throws(EngineError) {
        guard Int32(exactly: ordinal) != nil else {
            throw .overflowError("Python int too large to convert to C int")
        }
        guard ordinal >= 1 else { throw .valueError("ordinal must be >= 1") }
        let date = Self.date(ofOrdinal: ordinal)
        guard date.year <= 9_999 else { throw .valueError("year \(date.year) is out of range") }
        self = date
    }

    /// `date.fromisocalendar`.
    init(isoYear year: Int, week: Int, weekday: Int) throws(EngineError) {
        guard (1...9_999).contains(year) else { throw .valueError("Year is out of range: \(year)") }
        guard week >= 1, week <= Self.isoWeeks(in: year) else { throw .valueError("Invalid week: \(week)") }
        guard (1...7).contains(weekday) else {
            throw .valueError("Invalid day: \(weekday) (range is [1, 7])")
        }
        try self.init(ordinal: Self.isoYearStart(year) + (week - 1) * 7 + weekday - 1)
    }

    static let monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func days(inMonth month: Int, of year: Int) -> Int {
        month == 2 && isLeap(year) ? 29 : monthLengths[month - 1]
    }

    static func daysBefore(year: Int) -> Int {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400
    }

    /// From 1 to 366.
    var dayOfYear: Int {
        monthLengthsBefore + day
    }

    private var monthLengthsBefore: Int {
        (1..<month).reduce(0) { $0 + Self.days(inMonth: $1, of: year) }
    }

    /// `toordinal`.
    var ordinal: Int { Self.daysBefore(year: year) + dayOfYear }
    /// 0 for Monday.
    var weekday: Int { (ordinal + 6) % 7 }

    /// `isocalendar`.
    var isoCalendar: (year: Int, week: Int, weekday: Int) {
        var year = year
        if ordinal < Self.isoYearStart(year) {
            year -= 1
        } else if ordinal >= Self.isoYearStart(year + 1) {
            year += 1
        }
        return (year, (ordinal - Self.isoYearStart(year)) / 7 + 1, weekday + 1)
    }

    /// The Monday of the first week with a Thursday in the year.
    private static func isoYearStart(_ year: Int) -> Int {
        let first = daysBefore(year: year) + 1
        let weekday = (first + 6) % 7
        return first - weekday + (weekday > 3 ? 7 : 0)
    }

    private static func isoWeeks(in year: Int) -> Int { (isoYearStart(year + 1) - isoYearStart(year)) / 7 }

    private static func date(ofOrdinal ordinal: Int) -> CivilDate {
        var year = max(ordinal * 400 / 146_097, 1)
        while daysBefore(year: year + 1) < ordinal { year += 1 }
        while daysBefore(year: year) >= ordinal { year -= 1 }
        var rest = ordinal - daysBefore(year: year)
        var month = 1
        while rest > days(inMonth: month, of: year) {
            rest -= days(inMonth: month, of: year)
            month += 1
        }
        return CivilDate(unchecked: year, month, rest)
    }

    /// `date + timedelta`, of which only the days count.
    func adding(days: Int) throws(EngineError) -> CivilDate {
        let (sum, overflow) = ordinal.addingReportingOverflow(days)
        guard !overflow, sum >= 1, sum <= 3_652_059 else { throw .overflowError("date value out of range") }
        return Self.date(ofOrdinal: sum)
    }

    /// `isoformat`, which is also `str`.
    var isoText: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
    var repr: String { "datetime.date(\(year), \(month), \(day))" }
}

extension CivilDate: Comparable {
    static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

/// A number in at least so many digits.
func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: "0", count: max(width - digits.utf8.count, 0))
    return (value < 0 ? "-" : "") + zeros + digits
}
