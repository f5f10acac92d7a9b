/// Which placeholder stands for which value.
struct PlaceholderNumbers: Sendable {
    /// After this many different values, equal ones are no longer told to be so, and are not restored.
    static let maximumValues = 10_000
    static let opening = "[REDACTED:"

    private var counts: [SensitiveKind: Int] = [:]
    private var known: [Key: String] = [:]
    /// What placeholders stand for.
    private(set) var values: [String: String] = [:]

    private struct Key: Hashable {
        let kind: SensitiveKind
        let value: String
    }

    /// The placeholder of a value.
    mutating func placeholder(_ kind: SensitiveKind, _ value: String) -> String {
        let key = Key(kind: kind, value: value)
        if let placeholder = known[key] { return placeholder }
        let number = (counts[kind] ?? 0) + 1
        counts[kind] = number
        let placeholder = "\(PlaceholderNumbers.opening)\(kind.rawValue)-\(number)]"
        if known.count < PlaceholderNumbers.maximumValues {
            known[key] = placeholder
            values[placeholder] = value
        }
        return placeholder
    }

    /// A placeholder that the text had already: its number is taken.
    mutating func reserve(_ kind: SensitiveKind, _ number: Int) {
        counts[kind] = max(counts[kind] ?? 0, number)
    }

    /// A text with values in place of placeholders. One pass: what a value holds is not looked at again.
    func restore(_ text: String) -> String {
        guard !values.isEmpty else { return text }
        let bytes = Array(text.utf8)
        let opening = Array(PlaceholderNumbers.opening.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == opening[0], bytes[index...].starts(with: opening),
                let close = bytes[index...].prefix(64).firstIndex(of: UInt8(ascii: "]")),
                let value = values[String(decoding: bytes[index...close], as: UTF8.self)]
            else {
                result.append(bytes[index])
                index += 1
                continue
            }
            result.append(contentsOf: value.utf8)
            index = close + 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
