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
        var traits: Traits = []
        if Identifier.isDunder(text) { traits.insert(.isDunder) }
        if Builtins.forbidden.contains(text) { traits.formUnion([.isForbidden, .isBuiltin]) }
        if Builtins.missing.contains(text) { traits.formUnion([.isMissing, .isBuiltin]) }
        if Builtins.allowed.contains(text) { traits.insert(.isBuiltin) }
        if Identifier.isFrameAttribute(text) { traits.insert(.isFrameAttribute) }
        if text == "format" || text == "format_map" { traits.insert(.isFormat) }
        return traits
    }
}
