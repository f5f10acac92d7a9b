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
        traits = (0..<tree.nameCount).map { NameTable.traits(of: tree.string(Name(rawValue: UInt32($0)))) }
    }

    subscript(name: Name) -> Traits { traits[name.index] }

    private static func traits(of text: String) -> Traits {
        let traits = known[text] ?? []
        return Identifier.isDunder(text) ? traits.union(.isDunder) : traits
    }

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
