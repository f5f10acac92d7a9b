/// Checks one pattern of a `match` statement with everything in it. Recursion is bounded by the brackets of a program.
struct PatternChecker {
    let tree: Tree
    private(set) var diagnostics: [Diagnostic] = []
    /// Names bound so far.
    private var bound: Set<Name> = []

    init(_ tree: Tree) {
        self.tree = tree
    }

    private mutating func report(_ range: SourceRange, _ message: String, hint: String? = nil) {
        diagnostics.append(Diagnostic(.invalidPattern, at: range, message, hint: hint))
    }

    private mutating func bind(_ name: Name?, _ range: SourceRange) {
        guard let name else { return }
        if name == NameTable.debug {
            diagnostics.append(
                Diagnostic(
                    .assignedConstant,
                    at: range,
                    "'__debug__' is a constant and cannot be assigned to."
                )
            )
        }
        if !bound.insert(name).inserted {
            report(range, "The name '\(tree.string(name))' is bound twice in this pattern.")
        }
    }

    /// - Parameter allowsIrrefutable: whether a pattern that matches everything makes nothing unreachable here.
    mutating func check(_ id: PatternID, allowsIrrefutable: Bool) {
        let range = tree.range(of: id)
        switch tree[id] {
        case .invalid, .none, .boolean: break
        case .value(let value):
            if case .joinedString = tree[value] { report(range, "An f-string cannot be matched against.") }
        case .sequence(let elements): checkSequence(elements)
        case .mapping(let items, let rest):
            checkMapping(items)
            bind(rest, range)
        case .typed(_, let patterns, let keywords):
            for pattern in tree[patterns] { check(pattern, allowsIrrefutable: true) }
            checkKeywords(keywords, range)
        case .star(let name): bind(name, range)
        case .capture(let name):
            if !allowsIrrefutable {
                report(
                    range,
                    "The name '\(tree.string(name))' matches everything, so that what follows is never reached.",
                    hint: "A bare name does not compare; write a dotted name or a literal to compare with."
                )
            }
            bind(name, range)
        case .wildcard:
            if !allowsIrrefutable {
                report(range, "'_' matches everything, so that what follows is never reached.")
            }
        case .alias(let pattern, let name):
            check(pattern, allowsIrrefutable: allowsIrrefutable)
            bind(name, range)
        case .alternatives(let list): checkAlternatives(list, allowsIrrefutable)
        }
    }

    private mutating func checkSequence(_ elements: PatternList) {
        var hasStar = false
        for (position, element) in tree[elements].enumerated() {
            if case .star = tree[element] {
                if hasStar {
                    report(tree.range(of: element), "Only one '*' can stand in a sequence pattern.")
                }
                if position >= 256 {
                    report(tree.range(of: element), "There are too many patterns before '*'.")
                }
                hasStar = true
            }
            check(element, allowsIrrefutable: true)
        }
    }

    private mutating func checkMapping(_ items: MappingPatternItemList) {
        var seen: Set<String> = []
        for item in tree[items] {
            if case .joinedString = tree[item.key] {
                report(tree.range(of: item.key), "An f-string cannot be a key of a mapping pattern.")
            }
            if let key = constantKey(item.key), !seen.insert(key).inserted {
                report(tree.range(of: item.key), "This key stands twice in the pattern.")
            }
            check(item.pattern, allowsIrrefutable: true)
        }
    }

    private mutating func checkKeywords(_ keywords: ClassPatternKeywordList, _ range: SourceRange) {
        var seen: Set<Name> = []
        for keyword in tree[keywords] {
            if keyword.name == NameTable.debug {
                diagnostics.append(
                    Diagnostic(
                        .assignedConstant,
                        at: range,
                        "'__debug__' is a constant and cannot be matched."
                    )
                )
            }
            if !seen.insert(keyword.name).inserted {
                report(range, "The attribute '\(tree.string(keyword.name))' stands twice in this pattern.")
            }
            check(keyword.pattern, allowsIrrefutable: true)
        }
    }

    /// Every alternative binds the same names, beside those bound before.
    private mutating func checkAlternatives(_ list: PatternList, _ allowsIrrefutable: Bool) {
        let before = bound
        let alternatives = tree[list]
        var names: Set<Name>?
        for (position, alternative) in alternatives.enumerated() {
            bound = []
            check(alternative, allowsIrrefutable: allowsIrrefutable && position == alternatives.count - 1)
            if let names, names != bound {
                report(tree.range(of: alternative), "The alternatives of this pattern bind different names.")
            }
            names = names ?? bound
        }
        bound = before
        for name in names ?? [] { bind(name, tree.range(of: alternatives[0])) }
    }

    /// A text that is equal for keys that are equal to Python; nothing for dotted names.
    private func constantKey(_ id: ExpressionID) -> String? {
        switch tree[id] {
        case .constant(let constant):
            switch constant {
            case .none: return "None"
            case .boolean(let value): return value ? "1" : "0"
            case .ellipsis: return "..."
            case .integer(let value): return String(value)
            case .bigInteger(let text): return tree.string(text)
            case .float(let value): return Int(exactly: value).map { String($0) } ?? "\(value)"
            case .imaginary(let value): return value == 0 ? "0" : "\(value)j"
            case .string(let text): return "s" + tree.bytes(text).map { String($0) }.joined(separator: " ")
            case .bytes(let text): return "b" + tree.bytes(text).map { String($0) }.joined(separator: " ")
            }
        case .unaryOperation(.minus, let operand):
            guard let key = constantKey(operand) else { return nil }
            return key == "0" ? key : "-" + key
        case .binaryOperation(let left, let operation, let right):
            guard let left = constantKey(left), let right = constantKey(right) else { return nil }
            return right == "0" ? left : left + operation.symbol + right
        default: return nil
        }
    }
}
