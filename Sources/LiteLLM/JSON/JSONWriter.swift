/// Writes JSON: in the order in which it is told, so that the same request has the same bytes.
///
/// Foundation's encoder can neither keep an order nor take a text that is JSON already.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An object, whose fields `body` writes.
    mutating func object(_ body: (inout JSONWriter) -> Void) { nest("{", "}", body) }

    /// An array, whose elements `body` writes.
    mutating func array(_ body: (inout JSONWriter) -> Void) { nest("[", "]", body) }

    /// The next value's key.
    mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// A number that is finite.
    mutating func number(_ value: Double) { literal(value.description) }
    mutating func number(_ value: Int) { literal(value.description) }
    mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// What is JSON already.
    mutating func text(_ text: JSONText) {
        separate()
        bytes += text.bytes
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
    }

    private mutating func nest(_ open: String, _ close: String, _ body: (inout JSONWriter) -> Void) {
        separate()
        bytes += open.utf8
        needsComma = false
        body(&self)
        bytes += close.utf8
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// RFC 8259, 7. Between what must be escaped, all is copied at once: a prompt has tens of kilobytes.
    private mutating func quote(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { text in
            var copied = 0
            for index in text.indices {
                guard let escape = Self.escape(text[index]) else { continue }
                bytes += text[copied..<index]
                bytes += escape.utf8
                copied = index + 1
            }
            bytes += text[copied...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// What stands for a byte that cannot stand for itself.
    private static func escape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "\""): "\\\""
        case UInt8(ascii: "\\"): "\\\\"
        case 0x0a: "\\n"
        case 0..<0x20: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
        default: nil
        }
    }
}
