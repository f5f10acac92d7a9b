/// A parsed pattern: a sequence of these.
indirect enum PatternNode: Equatable, Sendable {
    case character(UInt32)
    case any
    case set([SetItem], isNegated: Bool)
    case anchor(Anchor)
    case branch([[PatternNode]])
    case group(Group)
    case loop(min: Int, max: Int, Greed, [PatternNode])
    case atomic([PatternNode])
    case look(isAhead: Bool, isNegated: Bool, [PatternNode])
    case backreference(Int)
    case conditional(group: Int, then: [PatternNode], otherwise: [PatternNode]?)

    struct Group: Equatable, Sendable {
        /// Its number, if it captures.
        var index: Int?
        var added: PatternFlags = []
        var removed: PatternFlags = []
        var nodes: [PatternNode]
    }

    enum Greed: Sendable { case greedy, lazy, possessive }

    enum Anchor: Sendable {
        case lineStart, lineEnd, textStart, textEnd, boundary, notBoundary
        /// The end, or before a newline that ends the text: `$` without the flag for lines.
        case lastLineEnd
    }

    enum Category: Sendable { case digit, space, word }

    enum SetItem: Equatable, Sendable {
        case character(UInt32)
        case range(UInt32, UInt32)
        case category(Category, isNegated: Bool)
    }

    /// An upper limit that is none.
    static let unlimited = 4_294_967_295
    static let widest = 1 << 61

    /// How many characters the node can take, at least and at most.
    func width(groups: [Width?]) -> Width {
        switch self {
        case .character, .any, .set: return Width(1, 1)
        case .anchor, .look: return Width(0, 0)
        case .branch(let items):
            let widths = items.map { Self.width($0, groups: groups) }
            return Width(widths.map(\.least).min() ?? 0, widths.map(\.most).max() ?? 0)
        case .group(let group): return Self.width(group.nodes, groups: groups)
        case .atomic(let nodes): return Self.width(nodes, groups: groups)
        case .loop(let min, let max, _, let nodes):
            let inner = Self.width(nodes, groups: groups)
            let most = max == Self.unlimited && inner.most > 0 ? Self.widest : inner.most
            return Width(inner.least.times(min), max == Self.unlimited ? most : most.times(max))
        case .backreference(let index): return groups[index] ?? Width(0, 0)
        case .conditional(_, let then, let otherwise):
            let first = Self.width(then, groups: groups)
            guard let otherwise else { return Width(0, first.most) }
            let second = Self.width(otherwise, groups: groups)
            return Width(Swift.min(first.least, second.least), Swift.max(first.most, second.most))
        }
    }

    static func width(_ nodes: [PatternNode], groups: [Width?]) -> Width {
        nodes.reduce(Width(0, 0)) { sum, node in
            let width = node.width(groups: groups)
            return Width(min(sum.least + width.least, widest), min(sum.most + width.most, widest))
        }
    }

    struct Width: Equatable, Sendable {
        var least: Int
        var most: Int

        init(_ least: Int, _ most: Int) {
            self.least = least
            self.most = most
        }
    }
}

extension Int {
    fileprivate func times(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? PatternNode.widest : Swift.min(product, PatternNode.widest)
    }
}
