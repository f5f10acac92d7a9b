/// A set of characters made ready for matching: a bit for each ASCII character, and the items for the rest.
struct CharacterClass: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private let items: [PatternNode.SetItem]
    private let isNegated: Bool
    private let folding: CaseFolding
    private let isASCII: Bool

    init(_ items: [PatternNode.SetItem], isNegated: Bool, _ flags: PatternFlags) {
        self.items = items
        self.isNegated = isNegated
        folding = CaseFolding(flags)
        isASCII = flags.contains(.ascii)
        for character in 0..<64 as Range<UInt32> {
            if decides(character) { low |= 1 << UInt64(character) }
            if decides(character + 64) { high |= 1 << UInt64(character) }
        }
    }

    /// What a look at a character beyond ASCII costs, next to one at the bits: its other cases have to be found.
    var weight: Int { 64 + items.count }

    @inline(__always)
    func contains(_ character: UInt32) -> Bool {
        if character < 64 { return low >> UInt64(character) & 1 == 1 }
        if character < 128 { return high >> UInt64(character - 64) & 1 == 1 }
        return decides(character)
    }

    private func decides(_ character: UInt32) -> Bool {
        let forms = folding.variants(of: character)
        for item in items {
            switch item {
            case .character(let wanted):
                if forms.contains(wanted) { return !isNegated }
            case .range(let first, let last):
                if forms.contains(where: { $0 >= first && $0 <= last }) { return !isNegated }
            case .category(let category, let isExcluded):
                let point = folding.lower(character)
                if CharacterClass.belongs(point, to: category, isASCII: isASCII) != isExcluded {
                    return !isNegated
                }
            }
        }
        return isNegated
    }

    static func belongs(_ point: UInt32, to category: PatternNode.Category, isASCII: Bool) -> Bool {
        if isASCII, point >= 128 { return false }
        switch category {
        case .digit: return UnicodeData.isDecimal(point)
        case .space: return UnicodeData.isSpace(point) && !(isASCII && point >= 28 && point <= 31)
        case .word: return point == 0x5F || UnicodeData.isAlphanumeric(point)
        }
    }
}

/// How characters are compared without regard to case.
enum CaseFolding: Sendable {
    case none
    case ascii
    case unicode

    init(_ flags: PatternFlags) {
        self = !flags.contains(.ignoreCase) ? .none : flags.contains(.ascii) ? .ascii : .unicode
    }

    func lower(_ point: UInt32) -> UInt32 {
        switch self {
        case .none: return point
        case .ascii: return point &- 65 < 26 ? point + 32 : point
        case .unicode: return UnicodeData.simpleLower(point)
        }
    }

    /// Every character that a pattern may contain to match this one.
    func variants(of point: UInt32) -> [UInt32] {
        switch self {
        case .none: return [point]
        case .ascii:
            let lower = lower(point)
            return lower &- 97 < 26 ? [lower, lower - 32] : [point]
        case .unicode: return point < 128 ? Self.asciiVariants[Int(point)] : Self.unicodeVariants(of: point)
        }
    }

    private static let asciiVariants = (0..<128 as Range<UInt32>).map(unicodeVariants)

    private static func unicodeVariants(of point: UInt32) -> [UInt32] {
        let lower = UnicodeData.simpleLower(point)
        let partners = lowerPartners[lower] ?? []
        var forms: [UInt32] = []
        for form in [lower] + partners {
            forms.append(form)
            for mapped in [UnicodeData.upper(form), UnicodeData.title(form)] where mapped.count == 1 {
                forms.append(mapped[0])
            }
            forms += otherCapitals[form] ?? []
        }
        // Only what comes down to the same lower case, or to a partner of it, is the same character.
        return forms.filter {
            let folded = UnicodeData.simpleLower($0)
            return folded == lower || partners.contains(folded)
        }
    }

    /// Lower case characters that share their upper case.
    private static let lowerPartners: [UInt32: [UInt32]] = {
        let classes: [[UInt32]] = [
            [0x69, 0x131], [0x73, 0x17F], [0xB5, 0x3BC], [0x345, 0x3B9, 0x1FBE], [0x390, 0x1FD3],
            [0x3B0, 0x1FE3],
            [0x3B2, 0x3D0], [0x3B5, 0x3F5], [0x3B8, 0x3D1], [0x3BA, 0x3F0], [0x3C0, 0x3D6], [0x3C1, 0x3F1],
            [0x3C2, 0x3C3], [0x3C6, 0x3D5], [0x432, 0x1C80], [0x434, 0x1C81], [0x43E, 0x1C82],
            [0x441, 0x1C83],
            [0x442, 0x1C84, 0x1C85], [0x44A, 0x1C86], [0x463, 0x1C87], [0xA64B, 0x1C88], [0x1E61, 0x1E9B],
            [0xFB05, 0xFB06],
        ]
        var partners: [UInt32: [UInt32]] = [:]
        for members in classes {
            for member in members { partners[member] = members.filter { $0 != member } }
        }
        return partners
    }()

    /// Characters whose lower case does not lead back to them.
    private static let otherCapitals: [UInt32: [UInt32]] = [
        0x69: [0x130], 0x6B: [0x212A], 0xE5: [0x212B], 0x3C9: [0x2126], 0xDF: [0x1E9E], 0x3B8: [0x3F4],
    ].merging(
        (0x1F80...0x1FFF as ClosedRange<UInt32>).compactMap { point in
            let lower = UnicodeData.simpleLower(point)
            return lower == point ? nil : (lower, [point])
        }
    ) { $0 + $1 }
}
