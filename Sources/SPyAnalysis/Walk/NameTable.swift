internal import SPySyntax

/// What the rules say of each name of a program, looked up once per name.
struct NameTable {
    struct Traits: OptionSet {
        let rawValue: UInt8
        /// Two underscores on both sides.
        static let isDunder = Traits(rawValue: 1)
        static let isForbidden = Traits(rawValue: 2)
        static let isMissing = Traits(rawValue: 4)
        /// A builtin of CPython's, forbidden or not.
        static let isBuiltin = Traits(rawValue: 8)
        static let isFrameAttribute = Traits(rawValue: 16)
        /// `format` or `format_map`.
        static let isFormat = Traits(rawValue: 32)
    }

    private let traits: [Traits]

    init(_ tree: Tree) {
        traits = (0..<tree.nameCount).map { index in
            let name = Name(rawValue: UInt32(index))
            // Most names are none that is known, which their first letter and length say already.
            return NameTable.mayBeKnown(tree.bytes(name)) ? NameTable.traits(of: tree.string(name)) : []
        }
    }

    subscript(name: Name) -> Traits { traits[name.index] }

    private static func traits(of text: String) -> Traits {
        let traits = known[text] ?? []
        return Identifier.isDunder(text) ? traits.union(.isDunder) : traits
    }

    private static func mayBeKnown(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, first != UInt8(ascii: "_"), name.count < UInt64.bitWidth else {
            return true
        }
        return lengths[Int(first)] & 1 << UInt64(name.count) != 0
    }

    /// Lengths of the known names with each first letter, as bits.
    private static let lengths: [UInt64] = {
        var lengths: [UInt64] = Array(repeating: 0, count: 256)
        for name in known.keys {
            lengths[Int(name.utf8.first ?? 0)] |= 1 << UInt64(min(name.utf8.count, UInt64.bitWidth - 1))
        }
        return lengths
    }()

    /// What is said of single names, together: a program's names are looked up once each, and most are not here.
    private static let known: [String: Traits] = {
        var known: [String: Traits] = [:]
        func add(_ names: some Sequence<String>, _ traits: Traits) {
            for name in names { known[name, default: []].formUnion(traits) }
        }
        add(Builtins.forbidden, [.isForbidden, .isBuiltin])
        add(Builtins.missing, [.isMissing, .isBuiltin])
        add(Builtins.allowed, .isBuiltin)
        add(Identifier.frameAttributes, .isFrameAttribute)
        add(["format", "format_map"], .isFormat)
        return known
    }()
}
