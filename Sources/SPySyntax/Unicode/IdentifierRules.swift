/// Which characters names are made of, by Unicode 14, the version of CPython 3.11.
///
/// The properties come from the standard library, whose Unicode is newer; characters assigned later are left out.
enum IdentifierRules {
    /// Whether a name can begin with a character.
    static func isStart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || (isAssigned(scalar) && scalar.properties.isXIDStart && !changedLater(scalar))
    }

    /// Whether a character can stand in a name after the first.
    static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        isAssigned(scalar) && scalar.properties.isXIDContinue && !changedLater(scalar)
    }

    /// Whether a character was assigned by Unicode 14.
    static func isAssigned(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major <= 14
    }

    /// Whether a character can be shown.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }

    /// What was probably meant by a character that word processors put in the place of another.
    static func hint(for scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x2018, 0x2019, 0x201A, 0x201B, 0x2032: "Write the straight quote ' instead."
        case 0x201C, 0x201D, 0x201E, 0x201F, 0x2033: "Write the straight quote \" instead."
        case 0x2010...0x2015, 0x2212: "Write the plain minus - instead."
        case 0x00A0, 0x2000...0x200A, 0x202F, 0x3000: "Write an ordinary space instead."
        case 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF: "Remove it; it cannot be seen."
        case 0x00D7: "Write * to multiply."
        case 0x00F7: "Write / to divide."
        case 0x2260: "Write != instead."
        case 0x2264: "Write <= instead."
        case 0x2265: "Write >= instead."
        case 0xFF08: "Write ( instead."
        case 0xFF09: "Write ) instead."
        case 0xFF0C, 0x3001: "Write a comma instead."
        case 0xFF1A: "Write : instead."
        default: nil
        }
    }

    /// Characters that were no part of names in Unicode 14 and became one.
    private static func changedLater(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D, 0x30FB, 0xFF65: true
        default: false
        }
    }
}
