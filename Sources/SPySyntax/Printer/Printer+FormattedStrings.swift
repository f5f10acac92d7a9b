/// F-strings. Python 3.11 allows neither backslashes nor the quotes around in the expressions of fields, so the quotes
/// of strings inside have to differ from those outside.
extension Printer {
    struct Quote {
        let mark: Unicode.Scalar
        let isTriple: Bool

        var text: String { String(repeating: String(mark), count: isTriple ? 3 : 1) }

        static let all: [Quote] = [
            Quote(mark: "\"", isTriple: false), Quote(mark: "'", isTriple: false),
            Quote(mark: "\"", isTriple: true), Quote(mark: "'", isTriple: true),
        ]

        /// Whether a text between these quotes would end them. Bytes, not characters: a combining mark behind a quote
        /// makes one character of both, and Python sees a quote.
        func isClosed(by bytes: ArraySlice<UInt8>) -> Bool {
            let mark = UInt8(mark.value)
            guard isTriple else { return bytes.contains(mark) || bytes.contains(0x0A) }
            var run = 0
            return bytes.contains { byte in
                run = byte == mark ? run + 1 : 0
                return run == 3
            }
        }

        /// Whether a text ends with what would be taken for the first of the quotes behind it.
        func isBlurred(by text: String) -> Bool { text.utf8.last == UInt8(mark.value) }

        /// The longest beginning of a text that can.
        func held(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            let mark = UInt8(mark.value)
            guard isTriple else { return bytes.prefix { $0 != mark && $0 != 0x0A } }
            var (run, end) = (0, bytes.startIndex)
            while end < bytes.endIndex, run < 3 {
                run = bytes[end] == mark ? run + 1 : 0
                end += 1
            }
            return bytes[..<(end - run)]
        }
    }

    /// What no field can hold, so that the f-string around tries other quotes.
    private static let impossible = "\\"

    /// An f-string with the first quotes that fit; where none fits all of it, each part in an f-string of its own.
    func formattedString(_ id: ExpressionID) -> String {
        var parts = [id]
        if case .joinedString(let list) = tree[id] { parts = Array(tree[list]) }
        let prefix = parts.contains(where: hasUnicodeLiteral) ? "u\"\" " : ""
        if let whole = formattedString(parts: parts) { return prefix + whole }
        guard !parts.isEmpty else { return Printer.impossible }
        let literals = parts.map { formattedString(parts: [$0]) ?? plainLiteral($0) ?? Printer.impossible }
        return prefix + literals.joined(separator: " ")
    }

    /// Whether a part, or what its format is made of, is a literal from a text that began with u.
    private func hasUnicodeLiteral(_ part: ExpressionID) -> Bool {
        switch tree[part] {
        case .constant: return hasUnicodePrefix(part)
        case .formattedValue(_, _, let specification?):
            guard case .joinedString(let parts) = tree[specification] else { return false }
            return tree[parts].contains(where: hasUnicodeLiteral)
        default: return false
        }
    }

    /// A literal part inside a field, as strings that are no f-strings but for an empty one, which says what they are part of.
    private func plainLiteral(_ part: ExpressionID) -> String? {
        guard !outerQuotes.isEmpty, case .constant(.string(let literal)) = tree[part],
            let empty = formattedString(parts: []), let text = plainlyQuoted(tree.bytes(literal))
        else { return nil }
        return text + " " + empty
    }

    private func formattedString(parts: [ExpressionID]) -> String? {
        for quote in Quote.all where isFree(quote) {
            guard let content = content(parts, quote, isSpecification: false) else { continue }
            if !outerQuotes.isEmpty, quote.isBlurred(by: content) { continue }
            return "f" + quote.text + content + quote.text
        }
        return nil
    }

    private func content(_ parts: [ExpressionID], _ quote: Quote, isSpecification: Bool) -> String? {
        var text = ""
        for part in parts {
            switch tree[part] {
            case .constant(.string(let literal)):
                guard let part = literalPart(tree.bytes(literal), quote, isSpecification) else { return nil }
                text += part
            case .formattedValue(let value, let conversion, let specification):
                guard let field = field(value, conversion, specification, quote) else { return nil }
                text += field
            default: return nil
            }
        }
        return text
    }

    private func field(
        _ value: ExpressionID,
        _ conversion: FormatConversion,
        _ specification: ExpressionID?,
        _ quote: Quote
    ) -> String? {
        guard let expression = fieldExpression(value, quote) else { return nil }
        var text = expression.utf8.first == 0x7B ? "{ " + expression : "{" + expression
        switch conversion {
        case .none: break
        case .str: text += "!s"
        case .repr: text += "!r"
        case .ascii: text += "!a"
        }
        if let specification, case .joinedString(let parts) = tree[specification] {
            guard let content = content(Array(tree[parts]), quote, isSpecification: true) else { return nil }
            text += ":" + content
        }
        return text + "}"
    }

    /// The literal part of an f-string; inside a field of another it cannot have escapes, and nothing
    /// is given where it needs them.
    private func literalPart(_ bytes: ArraySlice<UInt8>, _ quote: Quote, _ isSpecification: Bool) -> String? {
        if outerQuotes.isEmpty {
            return escaped(bytes, mark: quote.mark, fields: isSpecification ? .escaped : .doubled)
        }
        guard !quote.isClosed(by: bytes) else { return nil }
        if isSpecification {
            return bytes.contains { [0x5C, 0x7B, 0x7D].contains($0) }
                ? nil : String(decoding: bytes, as: UTF8.self)
        }
        let doubled = bytes.flatMap { $0 == 0x7B || $0 == 0x7D ? [$0, $0] : [$0] }
        return String(decoding: doubled, as: UTF8.self)
    }

    /// The expression of a field, where it can be written between the quotes.
    private func fieldExpression(_ value: ExpressionID, _ quote: Quote) -> String? {
        var inner = Printer(tree)
        inner.outerQuotes = outerQuotes + [quote.text]
        inner.keepsUnicodePrefix = keepsUnicodePrefix
        inner.write(value, .or)
        let bytes = inner.output[...]
        guard !bytes.contains(0x5C), !quote.isClosed(by: bytes) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether quotes can be used inside the f-strings around.
    private func isFree(_ quote: Quote) -> Bool {
        !outerQuotes.contains { quote.text.contains($0) }
    }

    /// A string inside a field, where it cannot have escapes; nothing where it needs them. Where no quotes hold all of it, parts of
    /// it stand one after the other.
    ///
    /// - Parameter prefix: Of each part but the first, which the caller writes.
    func plainlyQuoted(_ bytes: ArraySlice<UInt8>, prefix: String = "") -> String? {
        guard !bytes.contains(0x5C) else { return nil }
        var (parts, rest) = ([String](), bytes)
        let free = Quote.all.filter(isFree)
        repeat {
            let held = free.map { (quote: $0, part: $0.held(of: rest)) }
            guard let longest = held.map(\.part.count).max(), longest > 0 || rest.isEmpty,
                let found = held.first(where: { $0.part.count == longest })
            else { return nil }
            parts.append(found.quote.text + String(decoding: found.part, as: UTF8.self) + found.quote.text)
            rest = rest[found.part.endIndex...]
        } while !rest.isEmpty
        return parts.joined(separator: " " + prefix)
    }
}
