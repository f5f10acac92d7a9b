/// Cuts texts without cutting characters apart.
enum TextCut {
    /// The beginning of a text, with an ellipsis where something was cut off; at most so many bytes and the ellipsis.
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

    /// The beginning and the end of a text in whole lines, with a line between that says what is missing; where a single
    /// line is longer, the beginning alone.
    static func middleCut(_ text: String, bytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var head = 0
        var size = 0
        while head < lines.count, size + lines[head].utf8.count + 1 <= limit * 2 / 3 {
            size += lines[head].utf8.count + 1
            head += 1
        }
        var tail = lines.count
        while tail > head, size + lines[tail - 1].utf8.count + 1 <= limit {
            size += lines[tail - 1].utf8.count + 1
            tail -= 1
        }
        guard head > 0 || tail < lines.count else { return prefix(text, bytes: limit) }
        let gap = "[… \(tail - head) lines left out …]"
        return (lines[..<head].map(String.init) + [gap] + lines[tail...].map(String.init)).joined(
            separator: "\n"
        )
    }
}
