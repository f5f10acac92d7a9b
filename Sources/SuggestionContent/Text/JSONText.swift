/// Writes JSON, members in the order given.
enum JSONText {
    static func string(_ text: String) -> String {
        var result: [UInt8] = [0x22]
        for byte in text.utf8 {
            switch byte {
            case "\"", "\\": result += [0x5C, byte]
            case 0x0A: result += Array("\\n".utf8)
            case 0x0D: result += Array("\\r".utf8)
            case 0x09: result += Array("\\t".utf8)
            case 0..<0x20: result += Array("\\u00".utf8) + Array(Hexadecimal.text([byte]).utf8)
            default: result.append(byte)
            }
        }
        result.append(0x22)
        return String(decoding: result, as: UTF8.self)
    }

    static func object(_ members: [(String, String?)]) -> String {
        let parts = members.compactMap { name, value in value.map { "\(string(name)): \($0)" } }
        return "{" + parts.joined(separator: ", ") + "}"
    }

    static func array(_ values: [String]) -> String { "[" + values.joined(separator: ", ") + "]" }

    static func strings(_ values: [String]) -> String { array(values.map(string)) }
}
