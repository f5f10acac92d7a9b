public import SPySyntax

/// A program's facts: what keys of a mapping can name in it.
///
/// Made from any text, also one with syntax errors, of which it holds what was understood. Making it costs time in
/// proportion to the program. A pure value, copied by reference.
public struct ProgramFacts: Sendable {
    let tree: Tree
    /// The text that it was made from.
    private let source: [UInt8]
    /// Hashes of the expressions with their parts.
    private let hashes: [UInt64]
    let scopes: [Scope]
    let lines: [Line]
    private let lineFacts: [Int]
    private let lineAssigned: [Int]
    let facts: [Fact]
    let tokens: [Token]
    let marks: [UInt8]
    /// Lines of each scope, in the order of the text, without those of functions inside.
    let scopeLines: [[Int]]
    /// Each line's place among those of its scope.
    let positions: [Int]
    /// Facts that are names, by scope and the hash of the name's token.
    let nameFacts: [NameKey: Int]

    struct NameKey: Hashable {
        let scope: Int
        let hash: UInt64
    }

    /// The facts of a program given as text.
    public init(_ code: some StringProtocol) {
        self.init(parse(code))
    }

    /// The facts of a program that has been parsed.
    public init(_ parsed: ParseResult) {
        tree = parsed.tree
        source = parsed.source.utf8
        var walk = FactWalk(parsed.tree)
        walk.run()
        hashes = walk.hashes.all
        scopes = walk.scopes
        lines = walk.lines
        lineFacts = walk.lineFacts
        lineAssigned = walk.lineAssigned
        facts = walk.facts
        tokens = walk.tokens
        marks = walk.marks
        (scopeLines, positions) = Self.places(of: walk.lines, scopeCount: walk.scopes.count)
        var names: [NameKey: Int] = [:]
        for (index, fact) in walk.facts.enumerated() where fact.kind == .name {
            names[NameKey(scope: fact.scope, hash: fact.hash)] = index
        }
        nameFacts = names
    }

    private static func places(of lines: [Line], scopeCount: Int) -> (lines: [[Int]], positions: [Int]) {
        var scopeLines = Array(repeating: [Int](), count: scopeCount)
        var positions: [Int] = []
        positions.reserveCapacity(lines.count)
        for (index, line) in lines.enumerated() {
            positions.append(scopeLines[line.scope].count)
            scopeLines[line.scope].append(index)
        }
        return (scopeLines, positions)
    }

    /// Whether two programs differ in nothing but white space, comments, redundant parentheses and spellings of literals.
    ///
    /// By hashes of 64 bits that nobody keeps secret, so for what may be wrong where somebody wants it to be. Costs a fraction of
    /// what finding the facts has cost.
    public func isSameProgram(as other: ProgramFacts) -> Bool {
        isCopy(of: other)
            || tokens == other.tokens && marks == other.marks
                && lines.elementsEqual(other.lines) {
                    $0.kind == $1.kind && $0.parent == $1.parent && $0.block == $1.block
                        && $0.tokens == $1.tokens
                }
    }

    /// Whether it is a copy of other facts, which takes no time to find out.
    func isCopy(of other: ProgramFacts) -> Bool { tree.isCopy(of: other.tree) }

    /// A hash of the program but for what ``isSameProgram(as:)`` leaves out. Costs time in proportion to the program.
    var hash: UInt64 {
        var hash = StructureHash(UInt64(facts.count))
        for token in tokens { hash.mix(token.hash) }
        for line in lines {
            hash.mix(line.kind.rawValue)
            hash.mix(UInt64(bitPattern: Int64(line.parent)))
        }
        return hash.value
    }

    /// Bytes that it takes in memory beside the texts of its names and literals, about.
    public var memoryBytes: Int {
        source.count + tree.expressionCount
            * (MemoryLayout<Expression>.stride + MemoryLayout<SourceRange>.stride
                + MemoryLayout<UInt64>.stride)
            + tree.statementCount * (MemoryLayout<Statement>.stride + MemoryLayout<SourceRange>.stride)
            + tokens.count * MemoryLayout<Token>.stride
            + lines.count * (MemoryLayout<Line>.stride + 2 * MemoryLayout<Int>.stride)
            + facts.count * (MemoryLayout<Fact>.stride + 3 * MemoryLayout<Int>.stride)
            + scopes.count * (MemoryLayout<Scope>.stride + 2 * Self.allocationBytes)
            + nameFacts.count * 2 * (MemoryLayout<NameKey>.stride + MemoryLayout<Int>.stride)
    }

    /// What a scope's names take, and its lines, beside what is in them.
    private static let allocationBytes = 96

    /// One fact as a key names it.
    public struct Place: Hashable, Sendable {
        /// The key in full and in canonical form.
        public let key: String
        /// What sort of expression it is.
        public let kind: FactKind
        /// Where it stands in the source; a name where it is assigned first.
        public let range: SourceRange
    }

    /// What a key means in a program.
    public enum Meaning: Hashable, Sendable {
        /// The one fact that the key fits.
        case one(Place)
        /// The key fits no fact.
        case nothing
        /// The key fits several: some of their keys in full, in the order of the text, and how many there are.
        case several([String], count: Int)
    }

    /// The facts that are derived, in the order of the text: those that get an ID without being asked for.
    public var derived: [Place] {
        facts.indices.filter { facts[$0].isDerived }.map { place(of: $0) }
    }

    /// What keys mean in this program. Costs time in proportion to the program and the keys.
    ///
    /// Keys that are none mean nothing.
    public func meanings(of keys: some Sequence<String>) -> [String: Meaning] {
        let index = FactIndex(self)
        var meanings: [String: Meaning] = [:]
        for text in keys {
            guard let key = try? FactKey(text) else {
                meanings[text] = .nothing
                continue
            }
            switch index.find(key) {
            case .one(let fact): meanings[text] = .one(place(of: fact))
            case .none: meanings[text] = .nothing
            case .several(let facts):
                meanings[text] = .several(
                    facts.prefix(MappingLimits.shownKeys).map(self.key),
                    count: facts.count
                )
            }
        }
        return meanings
    }

    private func place(of fact: Int) -> Place {
        Place(key: key(of: fact), kind: facts[fact].kind, range: facts[fact].range)
    }

    /// Scope, kind and expression of a fact as text: its key without the number after `#`.
    func identity(of index: Int) -> String {
        let fact = facts[index]
        let path = scopes[fact.scope].path
        let text =
            switch fact.expression {
            case .name(let name): tree.string(name)
            case .expression(let id): tree.printed(id)
            }
        return (path.isEmpty ? "" : path + "::") + fact.kind.prefix + text
    }

    /// Whether a fact stands in the same scope as another program's does, is of the same kind, and is written letter for letter alike:
    /// then both have one identity.
    func isWritten(_ index: Int, as other: Int, in program: ProgramFacts) -> Bool {
        let (fact, otherFact) = (facts[index], program.facts[other])
        guard fact.hash == otherFact.hash, fact.kind == otherFact.kind,
            scopes[fact.scope].path == program.scopes[otherFact.scope].path
        else { return false }
        switch (fact.expression, otherFact.expression) {
        case (.name(let name), .name(let otherName)):
            return tree.bytes(name).hasSameBytes(as: program.tree.bytes(otherName))
        case (.expression(let id), .expression(let otherID)):
            return text(of: id).hasSameBytes(as: program.text(of: otherID))
        default: return false
        }
    }

    private func text(of id: ExpressionID) -> ArraySlice<UInt8> {
        let range = tree.range(of: id)
        return source[Int(range.start)..<Int(range.end)]
    }

    /// The key of a fact in full.
    func key(of index: Int) -> String {
        identity(of: index) + numberSuffix(of: index)
    }

    /// `#n` where the text alone is ambiguous.
    func numberSuffix(of index: Int) -> String {
        facts[index].equals > 1 ? "#\(facts[index].ordinal + 1)" : ""
    }

    /// The function that a call calls, without its arguments, as a hash; 0 for what is no call.
    func callee(of index: Int) -> UInt64 {
        guard case .expression(let id) = facts[index].expression, case .call(let function, _, _) = tree[id]
        else { return 0 }
        return hashes[function.index]
    }

    /// Whether a name, given by the hash of its token, means something of the program's own in a scope.
    func isDefined(_ name: UInt64, in scope: Int) -> Bool {
        scopes.path(from: scope).contains { scopes[$0].bound.contains(name) }
    }

    /// The facts of a line, in the order of the text; names only where they are assigned first.
    func facts(of line: Int) -> ArraySlice<Int> { lineFacts[lines[line].facts] }

    /// Names of its scope that a line assigns, as facts, in the order of the text.
    func assigned(of line: Int) -> ArraySlice<Int> { lineAssigned[lines[line].assigned] }

    /// The lines of a statement with all that stands inside it.
    func block(of line: Int) -> Range<Int> { line..<line + lines[line].lineCount }
}
