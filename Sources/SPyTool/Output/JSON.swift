/// A JSON value whose members stay in the order given, so that lines read alike.
public indirect enum JSON: Sendable {
    /// `null`
    case null
    /// `true`, `false`
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSON])
    /// Members in order.
    case object([(String, JSON)])
    /// A value that is JSON text already.
    case text(String)

    /// The value on one line.
    public var line: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .boolean(let value): result += value ? "true" : "false"
        case .integer(let value): result += String(value)
        case .string(let value): JSON.write(value, to: &result)
        case .text(let value): result += value
        case .array(let values):
            result += "["
            for (index, value) in values.enumerated() {
                if index > 0 { result += ", " }
                value.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += ", " }
                JSON.write(member.0, to: &result)
                result += ": "
                member.1.write(to: &result)
            }
            result += "}"
        }
    }

    private static func write(_ text: String, to result: inout String) {
        result += "\""
        defer { result += "\"" }
        // Most texts need no escapes. The last two begin characters of which some need one.
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte != 0x22 && byte != 0x5C && byte != 0x7F && byte != 0xC2 && byte != 0xE2
        }
        guard !isPlain else {
            result += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            // Control characters, and line separators that some readers take for line ends.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
