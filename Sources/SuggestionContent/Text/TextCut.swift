/// Cuts texts without cutting characters apart.
enum TextCut {
    /// The beginning of a text, with an ellipsis where something was cut off; at most so many bytes and the
    /// ellipsis.
    static func prefix(_ text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        return String(decoding: Array(text.utf8)[..<boundary(text, limit)], as: UTF8.self) + "…"
    }

    /// The greatest boundary between characters (code points) up to a number of bytes.
    private static func boundary(_ text: String, _ limit: Int) -> Int {
        let bytes = Array(text.utf8.prefix(limit + 1))
        var end = min(limit, bytes.count)
        while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    /// The beginning and the end of a text in whole lines, with a line between that says what is missing;
    /// where a single line is longer, the beginning alone.
    static func middleCut(_ text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let bytes = Array(text.utf8)
        let newline: UInt8 = 0x0A
        let head = bytes[..<(limit * 2 / 3)].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let earliest = max(head, bytes.count - (limit - head))
        let tail =
            earliest == head
            ? head : bytes[(earliest - 1)...].firstIndex(of: newline).map { $0 + 1 } ?? bytes.count
        guard head > 0 || tail < bytes.count else { return prefix(text, bytes: limit) }
        let lines =
            bytes[head..<tail].count { $0 == newline }
            + (tail == bytes.count && bytes.last != newline ? 1 : 0)
        let gap = "[… \(lines) lines left out …]\n"
        return String(decoding: bytes[..<head] + Array(gap.utf8) + bytes[tail...], as: UTF8.self)
    }

    /// A text with its line breaks as spaces, cut to a number of bytes.
    static func oneLine(_ text: String, bytes limit: Int) -> String {
        let lines = text.utf8.prefix(limit * 2).split { $0 == 0x0A || $0 == 0x0D }
        let joined = Array(lines.joined(separator: [0x20]))
        return prefix(String(decoding: joined, as: UTF8.self), bytes: limit)
    }
}
