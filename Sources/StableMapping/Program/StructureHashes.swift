internal import SPySyntax

/// Hashes of all expressions of a tree with their parts: equal where the expressions say the same.
///
/// One loop over the arena, in which parts come before wholes: no nesting takes stack.
struct StructureHashes {
    let tokens: Tokens
    private var hashes: [UInt64] = []
    /// About how many bytes each expression has in its canonical form.
    private var sizes: [Int] = []

    init(_ tree: Tree) {
        tokens = Tokens(tree)
        hashes.reserveCapacity(tree.expressionCount)
        sizes.reserveCapacity(tree.expressionCount)
        for index in 0..<tree.expressionCount {
            let id = ExpressionID(rawValue: UInt32(index))
            var hash = StructureHash(tokens.token(of: id).hash)
            var size = StructureHashes.ownSize(of: id, in: tree)
            tokens.forEachPart(of: id) { part in
                hash.mix(hashes[part.index])
                size += sizes[part.index]
            }
            hashes.append(hash.value)
            sizes.append(min(size, Int.max / 4096))
        }
    }

    func hash(of id: ExpressionID) -> UInt64 { hashes[id.index] }

    /// An estimate, so that nothing is printed only to find that it is too long.
    func textSize(of id: ExpressionID) -> Int { sizes[id.index] }

    private static func ownSize(of id: ExpressionID, in tree: Tree) -> Int {
        switch tree[id] {
        case .name(let name, _), .attribute(_, let name, _): tree.string(name).utf8.count + 1
        case .constant(.string(let text)), .constant(.bytes(let text)), .constant(.bigInteger(let text)):
            tree.bytes(text).count + 2
        case .call(_, _, let keywords):
            tree[keywords].reduce(3) { $0 + 2 + ($1.name.map { tree.string($0).utf8.count } ?? 0) }
        default: 3
        }
    }
}
