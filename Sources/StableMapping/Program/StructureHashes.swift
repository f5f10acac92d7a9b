internal import SPySyntax

/// Hashes of all expressions of a tree with their parts: equal where the expressions say the same.
///
/// One loop over the arena, in which parts come before wholes: no nesting takes stack.
struct StructureHashes {
    let tokens: Tokens
    /// What each expression says without its parts.
    private(set) var nodeTokens: [Token] = []
    /// Hashes of the expressions, by index.
    private(set) var all: [UInt64] = []
    /// About how many bytes each expression has in its canonical form.
    private var sizes: [Int] = []

    init(_ tree: Tree) {
        tokens = Tokens(tree)
        let count = tree.expressionCount
        nodeTokens = (0..<count).map { tokens.token(of: ExpressionID(rawValue: UInt32($0))) }
        sizes = (0..<count).map { ownSize(of: ExpressionID(rawValue: UInt32($0))) }
        all = Array(repeating: 0, count: count)
        addParts()
    }

    private mutating func addParts() {
        let (tokens, nodeTokens) = (tokens, nodeTokens)
        all.withUnsafeMutableBufferPointer { all in
            sizes.withUnsafeMutableBufferPointer { sizes in
                for index in all.indices {
                    var hash = StructureHash(nodeTokens[index].hash)
                    var size = sizes[index]
                    tokens.forEachPart(of: ExpressionID(rawValue: UInt32(index))) { part in
                        hash.mix(all[part.index])
                        size += sizes[part.index]
                    }
                    all[index] = hash.value
                    sizes[index] = min(size, Int.max / 4096)
                }
            }
        }
    }

    func hash(of id: ExpressionID) -> UInt64 { all[id.index] }

    /// An estimate, so that nothing is printed only to find that it is too long.
    func textSize(of id: ExpressionID) -> Int { sizes[id.index] }

    private func ownSize(of id: ExpressionID) -> Int {
        let tree = tokens.tree
        return switch tree[id] {
        case .name(let name, _), .attribute(_, let name, _): tokens.sizes[name.index] + 1
        case .constant(.string(let text)), .constant(.bytes(let text)), .constant(.bigInteger(let text)):
            tree.bytes(text).count + 2
        case .call(_, _, let keywords):
            tree[keywords].reduce(3) { $0 + 2 + ($1.name.map { tokens.sizes[$0.index] } ?? 0) }
        default: 3
        }
    }
}
