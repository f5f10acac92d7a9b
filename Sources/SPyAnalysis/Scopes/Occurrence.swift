internal import SPySyntax

/// One place where a name is read, bound or unbound.
struct Occurrence {
    /// What happens to the name.
    enum Action: UInt8 {
        case read
        /// Read by `name += value`, which does not count as a use.
        case update
        case bind
        /// Deleted, or forgotten at the end of an `except … as name`.
        case unbind
    }

    /// What binds a name.
    enum Binding: UInt8 {
        case parameter
        case assignment
        /// Part of a tuple or list on the left of `=`.
        case unpacking
        case loop
        case comprehension
        case context
        case augmented
        /// `name: type` without a value: makes the name local and gives it nothing.
        case declaration
        case walrus
        case function
        case classDefinition
        /// `import module`; the detail is an index into the imports.
        case module
        /// `from module import name`; the detail is an index into the imports.
        case member
        case handler
        case capture
        case deletion
    }

    /// How the surroundings use what is read.
    struct Use: OptionSet {
        let rawValue: UInt8
        /// `name(…)`
        static let called = Use(rawValue: 1)
        /// `name.attribute(…)`
        static let memberCalled = Use(rawValue: 2)
        /// An operand of arithmetic, comparisons and the like: what the name holds cannot be changed here.
        static let operand = Use(rawValue: 4)
        /// `name.attribute = …` or `del name.attribute`
        static let memberChanged = Use(rawValue: 8)
        /// `name.attribute.other = …` or `del name.attribute.other`
        static let deepMemberChanged = Use(rawValue: 16)
    }

    let name: Name
    let range: SourceRange
    let scope: Int
    let action: Action
    var binding: Binding = .assignment
    var use: Use = []
    /// What is read of it by `name.attribute`, and where the attribute stands.
    var attribute: Name?
    var attributeRange = SourceRange(start: 0, end: 0)
    /// By kind of binding: the value's expression, or an index into functions or imports; -1 for none.
    var detail = -1
    /// The symbol, where the program has one; -1 where not.
    var symbol = -1
    /// The binding of the same symbol before this one in the text.
    var previousBinding = -1
}

/// What one name of an import statement brings in.
struct Import {
    /// The module, `math`.
    let module: String
    /// What is taken from it by `from`; nothing for `import`.
    let member: String?
    /// Whether module and member are on the list.
    let isAllowed: Bool
    let range: SourceRange
}
