internal import SPySyntax

/// The tokens of a tree's nodes.
struct Tokens {
    let tree: Tree
    /// Hashes of the spellings of names, by index.
    let names: [UInt64]
    /// How many bytes they have.
    let sizes: [Int]

    init(_ tree: Tree) {
        self.tree = tree
        var names: [UInt64] = []
        var sizes: [Int] = []
        names.reserveCapacity(tree.nameCount)
        sizes.reserveCapacity(tree.nameCount)
        for index in 0..<tree.nameCount {
            let bytes = tree.bytes(Name(rawValue: UInt32(index)))
            names.append(StructureHash.of(bytes))
            sizes.append(bytes.count)
        }
        (self.names, self.sizes) = (names, sizes)
    }

    func hash(_ name: Name?) -> UInt64 { name.map { names[$0.index] } ?? 0 }

    /// What an expression says without its parts. Whether a name is read or assigned makes no difference.
    func token(of id: ExpressionID) -> Token {
        switch tree[id] {
        case .invalid: Token(.invalid)
        case .constant(let value): Token(.constant, hash(value))
        case .joinedString(let values): Token(.joinedString, 0, tree[values].count)
        case .formattedValue(_, let conversion, let specification):
            Token(.field, UInt64(conversion.rawValue), specification == nil ? 1 : 2)
        case .name(let name, _): Token(name: names[name.index])
        case .attribute(_, let name, _): Token(.attribute, names[name.index])
        case .subscripted: Token(.subscripted)
        case .slice(let slice):
            Token(
                .slice,
                (slice.lower == nil ? 0 : 1) | (slice.upper == nil ? 0 : 2) | (slice.step == nil ? 0 : 4)
            )
        case .starred: Token(.starred)
        case .call(_, let arguments, let keywords): Token(.call, hash(keywords), tree[arguments].count)
        case .booleanOperation(let operation, let values):
            Token(.boolean, UInt64(operation.rawValue), tree[values].count)
        case .binaryOperation(_, let operation, _): Token(.binary, UInt64(operation.rawValue))
        case .unaryOperation(let operation, _): Token(.unary, UInt64(operation.rawValue))
        case .comparison(_, let rest): Token(.comparison, hash(rest))
        case .conditional: Token(.conditional)
        case .assignmentExpression: Token(.walrus)
        case .lambda(let parameters, _): Token(.lambda, hash(parameters))
        case .list(let elements, _): Token(.list, 0, tree[elements].count)
        case .tuple(let elements, _): Token(.tuple, 0, tree[elements].count)
        case .set(let elements): Token(.set, 0, tree[elements].count)
        case .dictionary(let items): Token(.dictionary, hash(items))
        case .listComprehension(_, let clauses): Token(.listComprehension, hash(clauses))
        case .setComprehension(_, let clauses): Token(.setComprehension, hash(clauses))
        case .generator(_, let clauses): Token(.generator, hash(clauses))
        case .dictionaryComprehension(_, _, let clauses): Token(.dictionaryComprehension, hash(clauses))
        case .await: Token(.await)
        case .yield(let value): Token(.yield, value == nil ? 0 : 1)
        case .yieldFrom: Token(.yieldFrom)
        }
    }

    /// Calls a function with the parts of an expression, in an order that spelling does not change.
    func forEachPart(of id: ExpressionID, _ visit: (ExpressionID) -> Void) {
        if case .call(let function, let arguments, let keywords) = tree[id] {
            visit(function)
            for argument in tree[arguments] { visit(argument) }
            for keyword in tree[keywords] { visit(keyword.value) }
            return
        }
        tree.forEachChild(of: .expression(id)) { node in
            if case .expression(let part) = node { visit(part) }
        }
    }

    private func hash(_ value: Constant) -> UInt64 {
        switch value {
        case .none: StructureHash.of(1)
        case .boolean(let value): StructureHash.of(2, value ? 1 : 0)
        case .ellipsis: StructureHash.of(3)
        case .integer(let value): StructureHash.of(4, UInt64(bitPattern: Int64(value)))
        case .bigInteger(let digits): StructureHash.of(5, StructureHash.of(tree.bytes(digits)))
        case .float(let value): StructureHash.of(6, value.bitPattern)
        case .imaginary(let value): StructureHash.of(7, value.bitPattern)
        case .string(let text): StructureHash.of(8, StructureHash.of(tree.bytes(text)))
        case .bytes(let text): StructureHash.of(9, StructureHash.of(tree.bytes(text)))
        }
    }

    private func hash(_ keywords: KeywordList) -> UInt64 {
        var hash = StructureHash()
        for keyword in tree[keywords] { hash.mix(self.hash(keyword.name)) }
        return hash.value
    }

    private func hash(_ comparands: ComparandList) -> UInt64 {
        var hash = StructureHash()
        for comparand in tree[comparands] { hash.mix(UInt64(comparand.comparison.rawValue)) }
        return hash.value
    }

    private func hash(_ parameters: ParameterList) -> UInt64 {
        var hash = StructureHash()
        for parameter in tree[parameters] {
            hash.mix(names[parameter.name.index])
            hash.mix(UInt64(parameter.kind.rawValue) << 1 | (parameter.defaultValue == nil ? 0 : 1))
        }
        return hash.value
    }

    private func hash(_ items: DictionaryItemList) -> UInt64 {
        var hash = StructureHash()
        for item in tree[items] { hash.mix(item.key == nil ? 1 : 2) }
        return hash.value
    }

    private func hash(_ clauses: ComprehensionClauseList) -> UInt64 {
        var hash = StructureHash()
        for clause in tree[clauses] {
            hash.mix(UInt64(tree[clause.conditions].count) << 1 | (clause.isAsync ? 1 : 0))
        }
        return hash.value
    }
}
