internal import SPySyntax

/// Mixes values into 64 bits; the same everywhere and in every run, unlike Swift's own hashes.
struct StructureHash {
    private(set) var value: UInt64

    init(_ seed: UInt64 = 0x9AE1_6A3B_2F90_404F) {
        value = seed
    }

    @inline(__always)
    mutating func mix(_ word: UInt64) {
        value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
        value ^= value >> 32
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = StructureHash()
        for byte in bytes { hash.mix(UInt64(byte)) }
        return hash.value
    }

    @inline(__always)
    static func of(_ word: UInt64) -> UInt64 {
        var hash = StructureHash()
        hash.mix(word)
        return hash.value
    }

    @inline(__always)
    static func of(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var hash = StructureHash()
        hash.mix(first)
        hash.mix(second)
        return hash.value
    }

    @inline(__always)
    static func of(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
        var hash = StructureHash()
        hash.mix(first)
        hash.mix(second)
        hash.mix(third)
        return hash.value
    }
}

/// What a node says itself, without its parts, as a hash that can be compared between trees.
struct Token: Hashable {
    let hash: UInt64
    /// Whether it is a name, which may have been renamed.
    let isName: Bool

    init(_ kind: TokenKind, _ payload: UInt64 = 0, _ count: Int = 0) {
        hash = StructureHash.of(kind.rawValue, payload, UInt64(count))
        isName = kind == .name
    }

    init(hash: UInt64, isName: Bool) {
        self.hash = hash
        self.isName = isName
    }

    /// The token of a name.
    init(name: UInt64) {
        self.init(.name, name)
    }

    /// What stands for every name that one of two programs has and the other not.
    static let placeholder = Token(.placeholder)

    enum TokenKind: UInt64 {
        case placeholder, name, constant, joinedString, field, attribute, subscripted, slice, starred, call,
            boolean, binary, unary, comparison, conditional, walrus, lambda, list, tuple, set, dictionary,
            listComprehension, setComprehension, generator, dictionaryComprehension, await, yield, yieldFrom,
            invalid, pattern, statement
    }
}
