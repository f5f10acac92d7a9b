extension Lexer {
    /// Reads a name with characters beyond ASCII: checks them, and normalises the name as Python does.
    mutating func readUnicodeName(_ start: Int, end: Int) -> Int {
        let text = String(
            decoding: UnsafeBufferPointer(start: text + start, count: end - start),
            as: UTF8.self
        )
        var offset = start
        for scalar in text.unicodeScalars {
            let isValid = offset == start ? IdentifierRules.isStart(scalar) : IdentifierRules.isPart(scalar)
            guard isValid else { return failCharacter(scalar, start, offset, end) }
            offset += UTF8.width(scalar)
        }
        let normalised = Normalization.nfkc(text.unicodeScalars)
        let id = names.intern(Array(normalised.utf8))
        emit(.name, from: start, to: end, value: id)
        return end
    }

    private mutating func failCharacter(_ scalar: Unicode.Scalar, _ start: Int, _ offset: Int, _ end: Int)
        -> Int
    {
        let number = "U+\(hexadecimal(scalar.value, digits: 4))"
        let width = UTF8.width(scalar)
        let message =
            IdentifierRules.isPrintable(scalar)
            ? "The character '\(scalar)' (\(number)) cannot stand here."
            : "The non-printable character \(number) cannot stand here."
        fail(
            .invalidCharacter,
            from: offset,
            to: offset + width,
            message,
            hint: IdentifierRules.hint(for: scalar)
        )
        // What stood before the character was a name; it is part of the same mistake.
        return end
    }
}
