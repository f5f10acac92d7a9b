import Glibc

/// A time within a text: the model's words say when they were sent, so that whoever gets them knows how long they took, whatever was
/// between.
///
/// Two words of six letters each, `a` to `p`: microseconds of CLOCK_MONOTONIC in hexadecimal. No filter takes them for a secret.
enum Stamp {
    static let letters = 6

    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }

    /// The words of a time, a space after each.
    static func words(_ time: UInt64) -> String {
        var words = ""
        for index in (0..<2 * letters).reversed() {
            let digit = UInt8(truncatingIfNeeded: time >> UInt64(4 * index) & 15)
            words.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + digit))
            if index % letters == 0 { words += " " }
        }
        return words
    }

    /// The times in a text of such words, and what is left of it: words whose second one is still to come.
    static func times(in text: inout String) -> [UInt64] {
        var times: [UInt64] = []
        var digits: [UInt8] = []
        var end = text.utf8.startIndex
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            guard (UInt8(ascii: "a")...UInt8(ascii: "p")).contains(byte) else { continue }
            digits.append(byte - UInt8(ascii: "a"))
            guard digits.count == 2 * letters else { continue }
            times.append(digits.reduce(0) { $0 << 4 | UInt64($1) })
            digits = []
            end = text.utf8.index(after: index)
        }
        text = String(text[end...])
        return times
    }
}
