internal import SPySyntax

/// What the rules say of each name of a program, looked up once per name.
struct NameTable {
    struct Traits: OptionSet {
        let rawValue: UInt8
        static let isKnown = Traits(rawValue: 1)
        /// Two underscores on both sides, `__import__` aside, which is a forbidden builtin.
        static let isDunder = Traits(rawValue: 2)
        static let isForbidden = Traits(rawValue: 4)
        static let isMissing = Traits(rawValue: 8)
        static let isFrameAttribute = Traits(rawValue: 16)
        static let isFormat = Traits(rawValue: 32)
    }

    private let tree: Tree
    private var traits: [Traits]

    init(_ tree: Tree) {
        self.tree = tree
        traits = Array(repeating: [], count: tree.nameCount)
    }

    subscript(name: Name) -> Traits {
        mutating get {
            let known = traits[name.index]
            if known.contains(.isKnown) { return known }
            let found = NameTable.traits(of: tree.string(name))
            traits[name.index] = found
            return found
        }
    }

    private static func traits(of text: String) -> Traits {
        var traits: Traits = .isKnown
        if Builtins.forbidden.contains(text) {
            traits.insert(.isForbidden)
        } else if Identifier.isDunder(text) {
            traits.insert(.isDunder)
        }
        if Builtins.missing.contains(text) { traits.insert(.isMissing) }
        if Identifier.isFrameAttribute(text) { traits.insert(.isFrameAttribute) }
        if text == "format" || text == "format_map" { traits.insert(.isFormat) }
        return traits
    }
}
