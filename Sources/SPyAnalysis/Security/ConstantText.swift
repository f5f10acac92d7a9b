internal import SPySyntax

/// Works out strings that a program spells in pieces: literals, `+`, adjacent literals, names with one value.
struct ConstantText {
    let program: Program
    private var known: [ExpressionID: [UInt8]?] = [:]

    /// Beyond this a string put together from pieces counts as unknown, which keeps the work small.
    private static let longest = 16_384
    private static let mostPieces = 256

    init(_ program: Program) {
        self.program = program
    }

    /// The text of an expression, in UTF-8; nothing where it is not known before the program runs.
    mutating func text(of id: ExpressionID) -> ArraySlice<UInt8>? {
        if case .constant(.string(let text)) = program.tree[id] { return program.tree.bytes(text) }
        if let known = known[id] { return known.map { $0[...] } }
        let result = concatenate(id)
        known[id] = result
        return result.map { $0[...] }
    }

    private func concatenate(_ id: ExpressionID) -> [UInt8]? {
        var result: [UInt8] = []
        var pending = [id]
        var pieces = 0
        while let next = pending.popLast() {
            pieces += 1
            guard pieces <= ConstantText.mostPieces, result.count <= ConstantText.longest else { return nil }
            switch program.tree[next] {
            case .constant(.string(let text)): result += program.tree.bytes(text)
            case .binaryOperation(let left, .add, let right): pending += [right, left]
            case .joinedString(let values): pending += program.tree[values].reversed()
            case .name:
                guard let value = onlyValue(of: next) else { return nil }
                pending.append(value)
            default: return nil
            }
        }
        return result
    }

    /// The value of a name that is assigned once and in no other way.
    private func onlyValue(of id: ExpressionID) -> ExpressionID? {
        let index = Int(program.occurrenceOfExpression[id.index])
        guard index >= 0 else { return nil }
        let symbolIndex = program.occurrences[index].symbol
        guard symbolIndex >= 0 else { return nil }
        let symbol = program.symbols[symbolIndex]
        guard symbol.bindingCount == 1, symbol.lastBinding >= 0 else { return nil }
        let binding = program.occurrences[symbol.lastBinding]
        guard binding.action == .bind, binding.binding == .assignment || binding.binding == .walrus,
            binding.detail >= 0
        else { return nil }
        return ExpressionID(rawValue: UInt32(binding.detail))
    }
}
