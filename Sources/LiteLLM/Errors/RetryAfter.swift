internal import Curl

/// When trying again may help, as an answer's header says it (RFC 9110, 10.2.3).
enum RetryAfter {
    /// The longest that is believed.
    private static let longestSeconds = 86_400.0

    /// LiteLLM's own word before the provider's; nil where neither says anything that makes sense.
    static func duration(_ head: CurlHead) -> Duration? {
        for name in ["retry-after", "llm_provider-retry-after"] {
            if let value = head[name], let duration = duration(value, answeredAt: head["date"]) {
                return duration
            }
        }
        return nil
    }

    /// From seconds, or from a date, which is seen from the answer's own date: this machine's clock may be another one.
    static func duration(_ value: String, answeredAt date: String?) -> Duration? {
        if let seconds = Double(value) {
            guard seconds.isFinite, seconds >= 0 else { return nil }
            // Bounded before it becomes a Duration, which holds fewer numbers than a Double.
            return .seconds(min(seconds, longestSeconds))
        }
        guard let then = secondsSince1970(value), let date, let now = secondsSince1970(date) else {
            return nil
        }
        return .seconds(min(max(0, Double(then - now)), longestSeconds))
    }

    /// Of a date like `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func secondsSince1970(_ date: String) -> Int? {
        let words = date.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            (1970...9999).contains(year)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]),
            (0...60).contains(time[2])
        else { return nil }
        return days(year: year, month: month + 1, day: day) * 86_400 + time[0] * 3_600 + time[1] * 60
            + time[2]
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + ofYear - 719_468
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
