/// The flags of `re`, with Python's values.
struct PatternFlags: OptionSet, Hashable, Sendable {
    let rawValue: Int

    static let ignoreCase = PatternFlags(rawValue: 2)
    static let locale = PatternFlags(rawValue: 4)
    static let multiline = PatternFlags(rawValue: 8)
    static let dotAll = PatternFlags(rawValue: 16)
    static let unicode = PatternFlags(rawValue: 32)
    static let verbose = PatternFlags(rawValue: 64)
    static let debug = PatternFlags(rawValue: 128)
    static let ascii = PatternFlags(rawValue: 256)
    static let template = PatternFlags(rawValue: 1)

    /// Of these only one can hold.
    static let types: PatternFlags = [.ascii, .locale, .unicode]
    /// These cannot be given to a part of a pattern.
    static let global: PatternFlags = [.debug, .template]

    /// The flag of a letter inside `(?…)`.
    static func letter(_ letter: UInt32) -> PatternFlags? {
        switch Unicode.Scalar(letter) {
        case "i": .ignoreCase
        case "L": .locale
        case "m": .multiline
        case "s": .dotAll
        case "x": .verbose
        case "a": .ascii
        case "t": .template
        case "u": .unicode
        default: nil
        }
    }

    /// The flags inside a group that turns some on and some off.
    func combined(adding added: PatternFlags, removing removed: PatternFlags) -> PatternFlags {
        var flags = self
        if !added.isDisjoint(with: .types) { flags.subtract(.types) }
        return flags.union(added).subtracting(removed)
    }
}
