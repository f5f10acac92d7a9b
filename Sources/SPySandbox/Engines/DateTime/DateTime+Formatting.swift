/// `strftime` in the C locale, as glibc and CPython share it out.
extension DateTime {
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November",
        "December",
    ]

    /// `ctime`.
    var ctime: String {
        let day = date.day < 10 ? " \(date.day)" : "\(date.day)"
        return "\(short(Self.weekdays[date.weekday])) \(short(Self.months[date.month - 1])) \(day) "
            + "\(clock) \(padded(date.year, 4))"
    }

    /// `strftime`; an unknown directive stays as it is.
    func formatted(_ format: Text, _ meter: Meter) throws(EngineError) -> Text {
        var builder = TextBuilder()
        var index = 0
        while index < format.count {
            try meter.charge(steps: 1)
            try meter.charge(bytes: 8)
            let point = format[index]
            index += 1
            guard point == 0x25, index < format.count else {
                builder.append(point)
                continue
            }
            let directive = format[index]
            index += 1
            if let text = Unicode.Scalar(directive).flatMap(value) {
                builder.append(text)
            } else if directive == 0x5A {
                builder.append(zone?.text ?? .empty)
            } else {
                builder.append(point)
                builder.append(directive)
            }
        }
        return builder.finish()
    }

    private func short(_ name: String) -> String { String(name.prefix(3)) }
    private var clock: String {
        "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
    }
    private var halfDay: Int { time.hour % 12 == 0 ? 12 : time.hour % 12 }
    private func spaced(_ value: Int) -> String { value < 10 ? " \(value)" : "\(value)" }
    private var americanDate: String {
        "\(padded(date.month, 2))/\(padded(date.day, 2))/\(padded(date.year % 100, 2))"
    }

    private func value(_ directive: Unicode.Scalar) -> String? {
        dateValue(directive) ?? timeValue(directive)
    }

    private func dateValue(_ directive: Unicode.Scalar) -> String? {
        let yearDay = date.dayOfYear - 1
        switch directive {
        case "a": return short(Self.weekdays[date.weekday])
        case "A": return Self.weekdays[date.weekday]
        case "w": return "\((date.weekday + 1) % 7)"
        case "u": return "\(date.weekday + 1)"
        case "d": return padded(date.day, 2)
        case "e": return spaced(date.day)
        case "b", "h": return short(Self.months[date.month - 1])
        case "B": return Self.months[date.month - 1]
        case "m": return padded(date.month, 2)
        case "y": return padded(date.year % 100, 2)
        case "Y": return "\(date.year)"
        case "C": return "\(date.year / 100)"
        case "j": return padded(date.dayOfYear, 3)
        case "U": return padded((yearDay + 7 - (date.weekday + 1) % 7) / 7, 2)
        case "W": return padded((yearDay + 7 - date.weekday) / 7, 2)
        case "G": return "\(date.isoCalendar.year)"
        case "g": return padded(date.isoCalendar.year % 100, 2)
        case "V": return padded(date.isoCalendar.week, 2)
        case "D", "x": return americanDate
        case "F": return "\(date.year)-\(padded(date.month, 2))-\(padded(date.day, 2))"
        case "c":
            let day =
                "\(short(Self.weekdays[date.weekday])) \(short(Self.months[date.month - 1])) \(spaced(date.day))"
            return "\(day) \(clock) \(date.year)"
        default: return nil
        }
    }

    private func timeValue(_ directive: Unicode.Scalar) -> String? {
        switch directive {
        case "H": return padded(time.hour, 2)
        case "I": return padded(halfDay, 2)
        case "k": return spaced(time.hour)
        case "l": return spaced(halfDay)
        case "M": return padded(time.minute, 2)
        case "S": return padded(time.second, 2)
        case "f": return padded(time.microsecond, 6)
        case "p": return time.hour < 12 ? "AM" : "PM"
        case "P": return time.hour < 12 ? "am" : "pm"
        case "z": return zone.map { FixedZone.text(of: $0.offset, separator: "") } ?? ""
        case "R": return "\(padded(time.hour, 2)):\(padded(time.minute, 2))"
        case "T", "X": return clock
        case "r":
            return
                "\(padded(halfDay, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2)) \(time.hour < 12 ? "AM" : "PM")"
        case "n": return "\n"
        case "t": return "\t"
        case "%": return "%"
        default: return nil
        }
    }
}
