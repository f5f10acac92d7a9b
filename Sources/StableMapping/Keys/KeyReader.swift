internal import SPySyntax

/// Takes the parts of a key off a text, outside in: scope, kind, number, and what is left is the expression.
struct KeyReader {
    private let text: String
    private var rest: Substring

    init(_ text: String) {
        self.text = text
        rest = KeyReader.trimmed(text[...])
    }

    /// The path before `::`, where that is names with dots between them. A slice such as `a[::2]` has none.
    mutating func takeScope() -> String? {
        var path = ""
        var remaining = rest
        while true {
            let name = remaining.prefix(while: KeyReader.isNamePart)
            guard let first = name.first, !first.isNumber else { return nil }
            path += name
            remaining = remaining.dropFirst(name.count)
            guard remaining.first == "." else { break }
            path += "."
            remaining = remaining.dropFirst()
        }
        remaining = KeyReader.trimmed(remaining)
        guard remaining.hasPrefix("::") else { return nil }
        rest = KeyReader.trimmed(remaining.dropFirst(2))
        return path
    }

    /// The word before the expression.
    mutating func takeKind() -> FactKind? {
        for kind in [FactKind.condition, .loopCondition, .returned] {
            let word = kind.prefix.dropLast()
            guard rest.hasPrefix(word), let next = rest.dropFirst(word.count).first,
                !KeyReader.isNamePart(next)
            else { continue }
            rest = KeyReader.trimmed(rest.dropFirst(word.count))
            return kind
        }
        return nil
    }

    /// The number after `#` at the end.
    mutating func takeOrdinal() throws(KeyProblem) -> Int? {
        let digits = rest.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let head = rest.dropLast(digits)
        guard digits > 0, head.last == "#" else { return nil }
        guard let number = Int(rest.suffix(digits)), number > 0 else {
            throw problem(
                at: head.index(before: head.endIndex),
                "the number after '#' counts equal expressions from 1"
            )
        }
        rest = KeyReader.trimmed(head.dropLast())
        return number
    }

    /// What is left, which has to be one expression.
    func parseExpression() throws(KeyProblem) -> (Tree, ExpressionID) {
        guard !rest.isEmpty else { throw problem(at: rest.startIndex, "the expression is missing") }
        let result = parse(rest)
        if let diagnostic = result.diagnostics.first(where: { $0.severity == .error }) {
            throw problem(atByte: Int(diagnostic.range.start), KeyReader.sentenceEnd(diagnostic.message))
        }
        let statements = result.tree[result.tree.body]
        guard let first = statements.first else {
            throw problem(at: rest.startIndex, "the expression is missing")
        }
        guard case .expression(let id) = result.tree[first] else {
            throw problem(at: rest.startIndex, "a statement stands where an expression is needed")
        }
        if statements.count > 1 {
            let second = Int(result.tree.range(of: statements[1]).start)
            throw problem(atByte: second, "a second statement stands after the expression")
        }
        return (result.tree, id)
    }

    private func problem(atByte offset: Int, _ reason: String) -> KeyProblem {
        let place = rest.utf8.index(rest.startIndex, offsetBy: offset, limitedBy: rest.endIndex)
        return problem(at: place ?? rest.endIndex, reason)
    }

    private func problem(at place: String.Index, _ reason: String) -> KeyProblem {
        KeyProblem(key: text, column: text.unicodeScalars[..<place].count + 1, reason: reason)
    }

    private static func sentenceEnd(_ message: String) -> String {
        let text = message.hasSuffix(".") ? message.dropLast() : message[...]
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    private static func isNamePart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }
}
