extension Printer {
    /// A literal that is no f-string.
    func literal(_ value: Constant, _ id: ExpressionID) -> String {
        switch value {
        case .none: "None"
        case .boolean(let value): value ? "True" : "False"
        case .ellipsis: "..."
        case .integer(let value): String(value)
        case .bigInteger(let digits): tree.string(digits)
        case .float(let value): number(value)
        case .imaginary(let value): number(value) + "j"
        case .string(let text): (hasUnicodePrefix(id) ? "u" : "") + quoted(tree.bytes(text))
        case .bytes(let text): "b" + quotedBytes(tree.bytes(text))
        }
    }

    /// Whether a string is written with the `u` it had.
    func hasUnicodePrefix(_ id: ExpressionID) -> Bool {
        keepsUnicodePrefix && tree.hasUnicodePrefix(id)
    }

    /// Infinity is written as a number that is too large.
    private func number(_ value: Double) -> String {
        value.isInfinite ? "1e999" : value.description
    }

    private func quotedBytes(_ bytes: ArraySlice<UInt8>) -> String {
        if !outerQuotes.isEmpty, let plain = plainlyQuoted(bytes, prefix: "b") { return plain }
        var text = "\""
        for byte in bytes {
            switch byte {
            case 0x22, 0x5C: text += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x7F: text += String(Unicode.Scalar(byte))
            default: text += "\\x" + hexadecimal(UInt32(byte), digits: 2).lowercased()
            }
        }
        return text + "\""
    }

    /// A string between double quotes, or single ones where that saves escapes.
    func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        if !outerQuotes.isEmpty, let plain = plainlyQuoted(bytes) { return plain }
        let mark: Unicode.Scalar = bytes.contains(0x22) && !bytes.contains(0x27) ? "'" : "\""
        return String(mark) + escaped(bytes, mark: mark, fields: .none) + String(mark)
    }

    /// What braces mean where a text is written.
    enum Fields {
        /// Nothing.
        case none
        /// Fields; a brace is doubled.
        case doubled
        /// Fields, and doubling means nothing: a brace is written as an escape.
        case escaped
    }

    /// A text with escapes where characters cannot stand themselves between quotes.
    func escaped(_ bytes: ArraySlice<UInt8>, mark: Unicode.Scalar, fields: Fields) -> String {
        var text = String.UnicodeScalarView()
        for value in codePoints(bytes) {
            switch value {
            case mark.value, 0x5C: text.append(contentsOf: ["\\", Unicode.Scalar(UInt8(value))])
            case 0x0A: text.append(contentsOf: "\\n".unicodeScalars)
            case 0x0D: text.append(contentsOf: "\\r".unicodeScalars)
            case 0x09: text.append(contentsOf: "\\t".unicodeScalars)
            case 0x7B where fields != .none, 0x7D where fields != .none:
                let brace = Unicode.Scalar(UInt8(value))
                if fields == .doubled {
                    text.append(contentsOf: [brace, brace])
                } else {
                    appendEscape(value, &text)
                }
            case 0x00..<0x20, 0x7F: appendEscape(value, &text)
            default:
                if let scalar = Unicode.Scalar(value), value < 0x80 || IdentifierRules.isPrintable(scalar) {
                    text.append(scalar)
                } else {
                    appendEscape(value, &text)
                }
            }
        }
        return String(text)
    }

    private func appendEscape(_ value: UInt32, _ text: inout String.UnicodeScalarView) {
        let digits = value < 0x100 ? 2 : value < 0x10000 ? 4 : 8
        let letter = value < 0x100 ? "x" : value < 0x10000 ? "u" : "U"
        text.append(
            contentsOf: "\\\(letter)\(hexadecimal(value, digits: digits).lowercased())".unicodeScalars
        )
    }

    /// Code points of UTF-8 in which surrogates may stand too.
    func codePoints(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
        var points: [UInt32] = []
        for byte in bytes {
            if byte & 0xC0 == 0x80, let last = points.last {
                points[points.count - 1] = last << 6 | UInt32(byte & 0x3F)
            } else if byte < 0x80 {
                points.append(UInt32(byte))
            } else {
                points.append(UInt32(byte & (byte < 0xE0 ? 0x1F : byte < 0xF0 ? 0x0F : 0x07)))
            }
        }
        return points
    }
}
