extension ScanWindow {
    /// The longest password that is taken for one.
    static let maximumPassword = 256

    /// A password or key: in quotes nearly anything, without them what is no name, call or word.
    ///
    /// - Parameter isKey: Whether the label says "key", "token" or the like, which other things are called
    ///   too.
    mutating func password(from start: Int, _ quote: UInt8, _ context: FieldContext, isKey: Bool) -> Range<
        Int
    >? {
        var end = start
        while end - start < ScanWindow.maximumPassword {
            let byte = self[end]
            if byte == 0 || byte.isKind(.line) { break }
            if quote != 0 {
                if byte == quote || (byte == "\\" && self[end + 1] == quote) { break }
            } else if byte.isKind(.blank) || "\"'`,;)}]<>&|\\".utf8.contains(byte) {
                break
            }
            end += 1
        }
        if quote == 0 { while end > start, ".:!?".utf8.contains(self[end - 1]) { end -= 1 } }
        guard end - start >= 4, !isTemplate(start..<end) else { return nil }
        let value = bytes[start..<min(end, bytes.count)]
        if ScanWindow.isUUID(value), context.previous == ":" || !isKeptSecret(context) { return nil }
        if quote != 0 {
            guard self[end] == quote || self[end] == "\\" || end - start == ScanWindow.maximumPassword else {
                return nil
            }
            return isQuotedSecret(value, isKey: isKey) ? start..<end : nil
        }
        let isPlain = isUnquotedSecret(value, context, isKey: isKey, next: self[end])
        return isPlain ? start..<end : nil
    }

    /// Fact IDs are UUIDs, and facts are named after variables: `session_token`. Only where somebody gives
    /// out UUIDs as secrets is one taken for one.
    private mutating func isKeptSecret(_ context: FieldContext) -> Bool {
        let words: [StaticString] = ["client", "api", "secret", "app"]
        return words.contains { hasAnyCase($0, at: context.labelStart) }
    }

    private static func isUUID(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count == 36 else { return false }
        return value.enumerated().allSatisfy { offset, byte in
            [8, 13, 18, 23].contains(offset) ? byte == "-" : byte.isKind(.hex)
        }
    }

    private func isQuotedSecret(_ value: ArraySlice<UInt8>, isKey: Bool) -> Bool {
        let traits = Traits(value)
        if traits.hasBlank {
            guard !isKey, value.count >= 12 else { return false }
            let words = value.split(whereSeparator: { $0.isKind(.blank) })
            return words.count { StopWords.contains($0) } * 2 < words.count
        }
        if isKey {
            return traits.digits >= 1 && value.count >= 8 && !traits.isName || traits.digits == value.count
        }
        if traits.letters == value.count { return value.count >= 6 && !StopWords.contains(value) }
        // user_password, password-field: names of fields.
        return traits.digits > 0 || !traits.isName
    }

    private func isUnquotedSecret(
        _ value: ArraySlice<UInt8>,
        _ context: FieldContext,
        isKey: Bool,
        next: UInt8
    ) -> Bool {
        let traits = Traits(value)
        guard !value.contains(where: { "([{".utf8.contains($0) }) || traits.others > 2 else { return false }
        // A number with a unit, a port, a time.
        if traits.digits == value.count { return !isKey ? value.count >= 4 : value.count >= 24 }
        if traits.letters == value.count {
            guard !isKey, value.count >= 6, !StopWords.contains(value) else { return false }
            return isAssignedWord(context, next)
        }
        if isKey {
            guard value.count >= 12, traits.isMixed || traits.digits >= 2 && !traits.isName else {
                return false
            }
            return traits.dots == 0 || traits.digits >= 4
        }
        // customer.password, new_password: what has it, not what it is.
        if traits.isName, traits.digits == 0 || value.contains(UInt8(ascii: "_")) && traits.uppers == 0 {
            return false
        }
        if traits.dots > 0, traits.digits == 0, traits.others == 0 { return false }
        return value.count >= 5
    }

    /// Whether a word of letters alone is a password where it stands: `PASSWORD=swordfish`, `Password:
    /// swordfish`.
    private func isAssignedWord(_ context: FieldContext, _ next: UInt8) -> Bool {
        let endsHere = next == 0 || next.isKind(.line)
        switch context.gap.sign {
        case "=":
            guard !context.gap.hasBlanks else { return false }
            let isSetting =
                bytes[context.labelStart].isKind(.upper) || "_.?&; ".utf8.contains(context.previous)
            return (endsHere || next == ";" || next == "&")
                && (isSetting || context.previous == 0 || context.previous.isKind(.line))
        case ":": return endsHere || ",;.".utf8.contains(next)
        case "i": return endsHere || ",;.!".utf8.contains(next)
        default: return false
        }
    }

    /// What a value is made of.
    private struct Traits {
        var letters = 0
        var uppers = 0
        var digits = 0
        var dots = 0
        var others = 0
        var hasBlank = false
        let isMixed: Bool

        init(_ value: ArraySlice<UInt8>) {
            isMixed = value.count >= 10 && ScanWindow.changes(in: value) * 100 >= value.count * 36
            for byte in value {
                if byte.isKind(.letter) {
                    letters += 1
                    if byte.isKind(.upper) { uppers += 1 }
                } else if byte.isKind(.digit) {
                    digits += 1
                } else if byte == "." {
                    dots += 1
                } else if byte.isKind(.blank) {
                    hasBlank = true
                } else if byte != "_", byte != "-" {
                    others += 1
                }
            }
        }

        /// Whether it could be the name of a variable or a field: words in letters, perhaps a number behind
        /// them.
        var isName: Bool {
            others == 0 && !hasBlank && digits <= 2 && letters >= 3 && letters > digits * 2 && !isMixed
        }
    }
}

/// Words that stand behind "password" and are none.
enum StopWords {
    static func contains(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count <= 20 else { return false }
        var hash = WordHash()
        for byte in word where byte.isKind(.letter) { hash.add(byte.lowercased) }
        return hashes.contains(hash.value)
    }

    private static let hashes: Set<UInt64> = Set(
        """
        a an and are as at be been by can changed correct does empty encrypted entered expired expires false field for
        from has hashed have hidden if in incorrect input int integer invalid is it its known least length letters
        literal longer match matches may minimum missing must needed never new none not null number of old on one
        optional or password passwords passphrase pattern please policy private protected provided public redacted
        rejected required reset rotated rules secret secrets sent set shall should shorter shown something stored str
        string strong text than that the there they this to token too true type undefined unset unknown until
        user valid value verified was weak were when which will with without wrong you your change changes checked
        check confirm confirmation enter forgot forgotten login account manager managed secure option options
        characters contain contains character least between same different credential credentials boolean float key
        authentication authenticated
        """
        .split(whereSeparator: { $0 == " " || $0 == "\n" }).map { WordHash($0).value }
    )
}
