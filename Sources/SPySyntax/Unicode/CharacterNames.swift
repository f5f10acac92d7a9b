/// Characters by name, for `\N{…}` in strings; names and aliases of Unicode 14.
enum CharacterNames {
    /// The character with a name, in any case.
    static func scalar(named name: some StringProtocol) -> Unicode.Scalar? {
        let wanted = name.uppercased()
        if let value = Hangul.value(ofSyllable: wanted) ?? ideograph(wanted) { return Unicode.Scalar(value) }
        return table[wanted]
    }

    /// Found once, when first asked for: about 33,000 names.
    private static let table: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [:]
        table.reserveCapacity(40_000)
        for range in [0x0...0x33FF, 0x4DC0...0x4DFF, 0xA000...0xABFF, 0xF900...0x1FFFF, 0xE0000...0xE01FF] {
            for value in range {
                guard let scalar = Unicode.Scalar(UInt32(value)), IdentifierRules.isAssigned(scalar) else {
                    continue
                }
                if let name = scalar.properties.name { table[name] = scalar }
                if let alias = scalar.properties.nameAlias { table[alias] = scalar }
            }
        }
        return table
    }()

    private static func ideograph(_ name: String) -> UInt32? {
        let prefix = "CJK UNIFIED IDEOGRAPH-"
        guard name.hasPrefix(prefix) else { return nil }
        let digits = name.dropFirst(prefix.count)
        guard digits.utf8.count == 4 || digits.utf8.count == 5, digits.utf8.first != 0x2B,
            let value = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(value), scalar.properties.isUnifiedIdeograph,
            IdentifierRules.isAssigned(scalar)
        else { return nil }
        return value
    }
}

extension Hangul {
    private static let leadNames = [
        "G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H",
    ]
    private static let vowelNames = [
        "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI",
        "YU",
        "EU", "YI", "I",
    ]
    private static let trailNames = [
        "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B",
        "BS", "S",
        "SS", "NG", "J", "C", "K", "T", "P", "H",
    ]

    /// The syllable of a name such as `HANGUL SYLLABLE GAG`.
    static func value(ofSyllable name: String) -> UInt32? {
        let prefix = "HANGUL SYLLABLE "
        guard name.hasPrefix(prefix) else { return nil }
        let letters = String(name.dropFirst(prefix.count))
        for (lead, leadName) in leadNames.enumerated() where letters.hasPrefix(leadName) {
            let rest = letters.dropFirst(leadName.count)
            for (vowel, vowelName) in vowelNames.enumerated() where rest.hasPrefix(vowelName) {
                let end = rest.dropFirst(vowelName.count)
                guard let trail = trailNames.firstIndex(where: { end == $0 }) else { continue }
                return 0xAC00 + UInt32((lead * 21 + vowel) * 28 + trail)
            }
        }
        return nil
    }
}
