internal import SPySyntax

/// A key of a stable mapping taken apart: `[scope::][if |while |return ]expression[#n]`.
///
/// Scope and kind may be left out; then the key means the one fact that it fits. White space, quotes and redundant
/// parentheses mean nothing, so that keys that differ in them alone are equal.
public struct FactKey: Hashable, Sendable, CustomStringConvertible {
    /// The dotted path of functions before `::`; nothing where it is left out or the fact is the module's.
    public let scope: String?
    /// What the key says of the kind: nothing where no `if`, `while` or `return` stands before the expression and it is
    /// neither a name nor a call.
    public let kind: FactKind?
    /// The expression in its canonical form.
    public let expression: String
    /// Which of several equal expressions, counted from 1 in the order of the text.
    public let ordinal: Int?
    /// Hash of the expression's structure, comparable between programs.
    let hash: UInt64

    /// The word before the expression, as a kind; nothing where there is none.
    private let prefix: FactKind?

    /// The key in canonical form.
    public var description: String {
        (scope.map { $0 + "::" } ?? "") + (prefix?.prefix ?? "") + expression
            + (ordinal.map { "#\($0)" } ?? "")
    }

    /// Takes a key apart.
    ///
    /// - Throws: ``KeyProblem`` where the text is no key: what is wrong, at which column, and what is allowed.
    public init(_ text: String) throws(KeyProblem) {
        guard text.utf8.count <= MappingLimits.keyBytes else {
            throw KeyProblem(
                key: text,
                column: 1,
                reason: "it is longer than \(MappingLimits.keyBytes) bytes"
            )
        }
        var reader = KeyReader(text)
        scope = reader.takeScope()
        prefix = reader.takeKind()
        ordinal = try reader.takeOrdinal()
        let (tree, id) = try reader.parseExpression()
        expression = tree.printed(id)
        hash = StructureHashes(tree).hash(of: id)
        kind = prefix ?? FactKey.plainKind(tree[id])
    }

    private static func plainKind(_ expression: Expression) -> FactKind? {
        switch expression {
        case .name: .name
        case .call: .call
        default: nil
        }
    }
}

/// Why a text is no key of a stable mapping.
public struct KeyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text.
    public let key: String
    /// Where in it the trouble begins, in code points from 1.
    public let column: Int
    /// What is wrong, as the end of a sentence.
    public let reason: String

    /// What a key looks like, for messages.
    public static let form = "[scope::][if |while |return ]expression[#n], as in 'ship::if late#2'"

    /// A sentence that says what is wrong, where, and what is allowed.
    public var description: String {
        "'\(shown)' is no key of a mapping: \(reason) (column \(column)). A key is \(KeyProblem.form)."
    }

    /// The key, shortened where it is long.
    private var shown: String { key.count > 80 ? key.prefix(80) + "…" : key }
}
