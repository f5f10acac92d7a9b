/// `strptime` in the C locale: the format becomes a regular expression, as in CPython.
struct DateTimeReader {
    private let meter: Meter
    /// The text that each directive matched.
    private var found: [Unicode.Scalar: Text] = [:]

    static func parse(_ text: Text, _ format: Text, _ meter: Meter) throws(EngineError) -> DateTime {
        let pattern = try Pattern(source(format, meter), flags: .ignoreCase, meter)
        guard let match = try pattern.match(text, .start, meter) else {
            let (shownText, shownFormat) = (try text.repr(meter).string, try format.repr(meter).string)
            throw .valueError("time data \(shownText) does not match format \(shownFormat)")
        }
        guard match.range.upperBound == text.count else {
            let rest = text.slice(match.range.upperBound..<text.count)
            throw .valueError("unconverted data remains: \(rest.string)")
        }
        var reader = DateTimeReader(meter: meter)
        for (name, index) in pattern.groupNames {
            guard let range = match.groups[index], let key = Unicode.Scalar(name[0]) else { continue }
            reader.found[key] = text.slice(range)
        }
        return try reader.resolve()
    }

    private init(meter: Meter) {
        self.meter = meter
    }

    // MARK: The pattern

    private static func source(_ format: Text, _ meter: Meter) throws(EngineError) -> Text {
        var builder = TextBuilder()
        var index = 0
        while index < format.count {
            try meter.charge(steps: 1)
            let point = format[index]
            index += 1
            if UnicodeData.isSpace(point) {
                while index < format.count, UnicodeData.isSpace(format[index]) { index += 1 }
                builder.append("\\s+")
            } else if point == 0x25 {
                guard index < format.count else {
                    throw .valueError("stray % in format '\(format.string)'")
                }
                let directive = format[index]
                index += 1
                guard let part = Unicode.Scalar(directive).flatMap(pattern) else {
                    // White space and special characters were escaped before CPython looks for directives.
                    let isEscaped = UnicodeData.isSpace(directive) || special.contains(directive)
                    let shown = isEscaped ? "%" : Text(codePoint: directive).string
                    throw .valueError("'\(shown)' is a bad directive in format '\(format.string)'")
                }
                builder.append(part)
            } else {
                if special.contains(point) { builder.append(0x5C) }
                builder.append(point)
            }
        }
        return builder.finish()
    }

    private static let special = Set("\\.^$*+?(){}[]|".unicodeScalars.map(\.value))

    /// What a directive matches. The spelling is CPython's, as `re.error` for a directive given twice tells a position
    /// in it.
    private static func pattern(_ directive: Unicode.Scalar) -> String? {
        switch directive {
        case "d": "(?P<d>3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9])"
        case "f": "(?P<f>[0-9]{1,6})"
        case "H": "(?P<H>2[0-3]|[0-1]\\d|\\d)"
        case "I": "(?P<I>1[0-2]|0[1-9]|[1-9])"
        case "G": "(?P<G>\\d\\d\\d\\d)"
        case "j": "(?P<j>36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])"
        case "m": "(?P<m>1[0-2]|0[1-9]|[1-9])"
        case "M": "(?P<M>[0-5]\\d|\\d)"
        case "S": "(?P<S>6[0-1]|[0-5]\\d|\\d)"
        case "U", "W": "(?P<\(directive)>5[0-3]|[0-4]\\d|\\d)"
        case "w": "(?P<w>[0-6])"
        case "u": "(?P<u>[1-7])"
        case "V": "(?P<V>5[0-3]|0[1-9]|[1-4]\\d|\\d)"
        case "y": "(?P<y>\\d\\d)"
        case "Y": "(?P<Y>\\d\\d\\d\\d)"
        case "z": "(?P<z>[+-]\\d\\d:?[0-5]\\d(:?[0-5]\\d(\\.\\d{1,6})?)?|(?-i:Z))"
        case "A": alternatives("A", DateTime.weekdays)
        case "a": alternatives("a", DateTime.weekdays.map { String($0.prefix(3)) })
        case "B": alternatives("B", DateTime.months)
        case "b": alternatives("b", DateTime.months.map { String($0.prefix(3)) })
        case "p": alternatives("p", ["am", "pm"])
        case "Z": alternatives("Z", ["utc", "gmt"])
        case "%": "%"
        case "c":
            ["a", " ", "b", " ", "d", " ", "H", ":", "M", ":", "S", " ", "Y"]
                .map { $0 == " " ? "\\s+" : pattern($0) ?? "\($0)" }.joined()
        case "x": ["m", "/", "d", "/", "y"].map { pattern($0) ?? "\($0)" }.joined()
        case "X": ["H", ":", "M", ":", "S"].map { pattern($0) ?? "\($0)" }.joined()
        default: nil
        }
    }

    /// The longest first, so that no name hides one that begins with it.
    private static func alternatives(_ directive: String, _ names: [String]) -> String {
        let sorted = names.enumerated().sorted {
            ($1.element.utf8.count, $0.offset) < ($0.element.utf8.count, $1.offset)
        }
        return "(?P<\(directive)>\(sorted.map(\.element).joined(separator: "|")))"
    }

    // MARK: The meaning

    private func number(_ directive: Unicode.Scalar) throws(EngineError) -> Int? {
        guard let text = found[directive] else { return nil }
        return try text.integer(meter).asInt
    }

    private func name(_ directive: Unicode.Scalar, of names: [String]) throws(EngineError) -> Int? {
        guard let text = try found[directive]?.lower(meter).string else { return nil }
        return names.firstIndex { $0.lowercased() == text }
    }

    private func resolve() throws(EngineError) -> DateTime {
        let date = try resolveDate()
        var hour = try number("H") ?? 0
        if let half = try number("I"), found["H"] == nil {
            let isAfternoon = try found["p"]?.lower(meter).string == "pm"
            hour = isAfternoon ? (half == 12 ? 12 : half + 12) : (half == 12 ? 0 : half)
        }
        var microsecond = 0
        if let digits = found["f"] {
            let padded = try digits.concatenated(with: Text("0").repeated(6 - digits.count, meter), meter)
            microsecond = try padded.integer(meter).asInt ?? 0
        }
        let time = try ClockTime(
            hour: hour,
            minute: number("M") ?? 0,
            second: number("S") ?? 0,
            microsecond: microsecond,
            zone: zone()
        )
        return DateTime(date: date, time: time)
    }

    private func resolveWeekday() throws(EngineError) -> Int? {
        if let weekday = try name("A", of: DateTime.weekdays) { return weekday }
        if let weekday = try name("a", of: DateTime.weekdays.map({ String($0.prefix(3)) })) { return weekday }
        if let weekday = try number("w") { return (weekday + 6) % 7 }
        return try number("u").map { $0 - 1 }
    }

    private func resolveYear() throws(EngineError) -> Int? {
        if let year = try number("Y") { return year }
        return try number("y").map { $0 <= 68 ? $0 + 2_000 : $0 + 1_900 }
    }

    private func resolveMonth() throws(EngineError) -> Int? {
        if let month = try number("m") { return month }
        if let month = try name("B", of: DateTime.months) { return month + 1 }
        return try name("b", of: DateTime.months.map { String($0.prefix(3)) }).map { $0 + 1 }
    }

    private func resolveDate() throws(EngineError) -> CivilDate {
        let weekday = try resolveWeekday()
        var year = try resolveYear()
        try checkISO(year, weekday)
        let month = try resolveMonth() ?? 1
        let day = try number("d") ?? 1
        let isBareLeapDay = year == nil && found["G"] == nil && month == 2 && day == 29
        if isBareLeapDay { year = 1_904 }
        var dayOfYear = try number("j")
        if dayOfYear == nil, let weekday {
            if let week = try number("U") {
                dayOfYear = Self.dayOfYear(
                    year ?? 1_900,
                    week: week,
                    weekday: (weekday + 1) % 7,
                    firstWeekday: 6
                )
            } else if let week = try number("W") {
                dayOfYear = Self.dayOfYear(year ?? 1_900, week: week, weekday: weekday, firstWeekday: 0)
            } else if year == nil, let isoYear = try number("G"), let week = try number("V") {
                return try CivilDate(isoYear: isoYear, week: week, weekday: weekday + 1)
            }
        }
        guard let dayOfYear else {
            // The year of a bare leap day is 1900 in the end, which has none.
            let date = try CivilDate(year: year ?? 1_900, month: month, day: day)
            return isBareLeapDay ? try CivilDate(year: 1_900, month: date.month, day: date.day) : date
        }
        return try CivilDate(ordinal: CivilDate.daysBefore(year: year ?? 1_900) + dayOfYear)
    }

    private func checkISO(_ year: Int?, _ weekday: Int?) throws(EngineError) {
        let weekdays = "a weekday directive ('%A', '%a', '%w', or '%u')."
        if year == nil, found["G"] != nil {
            if found["V"] == nil || weekday == nil {
                throw .valueError(
                    "ISO year directive '%G' must be used with the ISO week directive '%V' and \(weekdays)"
                )
            }
            if found["j"] != nil {
                throw .valueError(
                    "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead."
                )
            }
        } else if found["U"] == nil, found["W"] == nil, found["V"] != nil {
            if weekday == nil {
                throw .valueError(
                    "ISO week directive '%V' must be used with the ISO year directive '%G' and \(weekdays)"
                )
            }
            throw .valueError(
                "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead."
            )
        }
    }

    /// The day of the year of a weekday (counted from the first of its week) in a week counted from 0.
    private static func dayOfYear(_ year: Int, week: Int, weekday: Int, firstWeekday: Int) -> Int {
        let first = CivilDate.daysBefore(year: year) + 1
        let start = ((first + 6) % 7 + 7 - firstWeekday) % 7
        // The days before the first full week form week 0.
        let weekZero = (7 - start) % 7
        return week == 0 ? 1 + weekday - start : 1 + weekZero + 7 * (week - 1) + weekday
    }

    private func zone() throws(EngineError) -> FixedZone? {
        guard let text = found["z"]?.string else { return nil }
        if text == "Z" { return .utc }
        var digits = Array(text.dropFirst().utf8)
        if digits.count > 2, digits[2] == UInt8(ascii: ":") {
            digits.remove(at: 2)
            if digits.count > 4 {
                guard digits[4] == UInt8(ascii: ":") else {
                    throw .valueError("Inconsistent use of : in \(text)")
                }
                digits.remove(at: 4)
            }
        }
        func part(_ range: Range<Int>) -> Int {
            digits[range.clamped(to: 0..<digits.count)].reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        let seconds = (part(0..<2) * 60 + part(2..<4)) * 60 + part(4..<6)
        var fraction = digits.dropFirst(7).map { Int($0) - 48 }
        while fraction.count < 6 { fraction.append(0) }
        let total = Int128(seconds) * 1_000_000 + Int128(fraction.reduce(0) { $0 * 10 + $1 })
        let offset = try TimeDelta(microseconds: text.hasPrefix("-") ? -total : total)
        return try FixedZone(offset: offset, name: found["Z"])
    }
}
