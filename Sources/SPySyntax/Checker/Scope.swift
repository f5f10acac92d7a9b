/// A scope of names while the program is walked.
struct Scope {
    enum Kind {
        case module, `class`, function, asyncFunction, lambda, comprehension, generator

        /// What CPython's symbol table calls a function block.
        var isFunction: Bool { self != .module && self != .class }
        var isComprehension: Bool { self == .comprehension || self == .generator }
    }

    struct Symbol: OptionSet {
        let rawValue: UInt8
        static let global = Symbol(rawValue: 1)
        static let nonlocal = Symbol(rawValue: 2)
        static let local = Symbol(rawValue: 4)
        static let parameter = Symbol(rawValue: 8)
        static let used = Symbol(rawValue: 16)
        static let annotated = Symbol(rawValue: 32)
        static let iteration = Symbol(rawValue: 64)
    }

    /// A name as a scope knows it: private names of a class belong to that class.
    struct Key: Hashable {
        let name: Name
        let owner: Name?
    }

    let kind: Kind
    let parent: Int
    /// The class around, whose private names are mangled.
    let owner: Name?
    let range: SourceRange
    var symbols: [Key: Symbol] = [:]
    /// Where names were declared nonlocal, to be resolved at the end.
    var nonlocals: [(Key, SourceRange)] = []
    var isCoroutine = false
    var isGenerator = false
    /// `return` with a value, which an asynchronous generator cannot have.
    var valueReturn: SourceRange?
    /// The scope is inside the iterable of a comprehension.
    let isInIterable: Bool
}
