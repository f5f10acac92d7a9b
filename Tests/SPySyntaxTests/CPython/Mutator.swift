import TestSupport

/// Makes broken programs of good ones: tokens removed, doubled, swapped, put in; lines and their indentation changed.
struct Mutator {
    private var random: SeededGenerator
    private let statements: [String]

    static let tokens = [
        "(", ")", "[", "]", "{", "}", ":", ",", ".", ";", "=", "==", ":=", "+", "-", "*", "**", "/", "//",
        "@", "%", "<",
        "->", "~", "!", "if", "else", "for", "in", "not", "and", "or", "is", "lambda", "def", "class",
        "return", "yield",
        "await", "async", "with", "as", "import", "from", "try", "except", "finally", "raise", "del",
        "global",
        "nonlocal", "pass", "break", "continue", "while", "match", "case", "_", "None", "True", "x", "1",
        "\"a\"",
        "f\"{x}\"", "b\"a\"", "...", "\n", "    ", "\t", "\\\n", "elif", "assert", "*a", "**k", "x=1", "/",
        "'''", "0x",
        "1.e", "__debug__", "except*", "f'{", "}'", "\\N{DASH}",
    ]

    init(seed: UInt64, statements: [String]) {
        random = SeededGenerator(seed: seed)
        self.statements = statements
    }

    mutating func next() -> String {
        let statement = statements[Int.random(in: 0..<statements.count, using: &random)]
        switch Int.random(in: 0..<10, using: &random) {
        case 0...5: return mutateTokens(statement)
        case 6, 7: return mutateLines(statement)
        default: return mutateCharacters(statement)
        }
    }

    private mutating func mutateTokens(_ statement: String) -> String {
        var parts = Mutator.split(statement)
        let places = parts.indices.filter { !parts[$0].allSatisfy { $0 == " " } }
        guard let place = places.randomElement(using: &random),
            let token = Mutator.tokens.randomElement(using: &random)
        else { return statement }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: parts.remove(at: place)
        case 1: parts.insert(parts[place] + (Bool.random(using: &random) ? " " : ""), at: place)
        case 2: parts.swapAt(place, places.randomElement(using: &random)!)
        case 3: parts.insert(token + (Bool.random(using: &random) ? " " : ""), at: place)
        default: parts[place] = token
        }
        return parts.joined()
    }

    private mutating func mutateLines(_ statement: String) -> String {
        var lines = statement.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = Int.random(in: 0..<lines.count, using: &random)
        let plain = String(lines[place].drop { $0 == " " || $0 == "\t" })
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            lines[place] = ["", " ", "    ", "\t", "        ", "  "].randomElement(using: &random)! + plain
        case 1:
            lines[place] = String(repeating: " ", count: Int.random(in: 1..<5, using: &random)) + lines[place]
        case 2: lines.remove(at: place)
        case 3: lines.insert(lines[place], at: place)
        default: if place + 1 < lines.count { lines[place] += lines.remove(at: place + 1) }
        }
        return lines.joined(separator: "\n")
    }

    private mutating func mutateCharacters(_ statement: String) -> String {
        var characters = Array(statement)
        let place = Int.random(in: 0..<max(characters.count, 1), using: &random)
        let character = Array("()[]{}:,.;=+-*/\\'\"#@!~ \n\tabfrxe0189_$?é€").randomElement(using: &random)!
        guard place < characters.count else { return statement }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: characters.remove(at: place)
        case 1: characters.insert(character, at: place)
        default: characters[place] = character
        }
        return String(characters)
    }

    /// Words, numbers, operators, strings and spaces; roughly, and without any help of the lexer that is tested.
    static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(text)
        while let first = rest.first {
            var length = 1
            if first.isLetter || first.isNumber || first == "_" {
                length = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }.count
            } else if first == " " {
                length = rest.prefix { $0 == " " }.count
            } else if first == "\"" || first == "'" {
                length = stringLength(rest, first)
            } else if let operation = operators.first(where: { rest.hasPrefix($0) }) {
                length = operation.count
            }
            parts.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return parts
    }

    private static let operators = [
        "**=", "//=", ">>=", "<<=", "...", "==", "!=", "<=", ">=", "->", ":=", "**", "//", "+=", "-=",
    ]

    private static func stringLength(_ text: Substring, _ quote: Character) -> Int {
        var length = 1
        var isEscaped = false
        for character in text.dropFirst() {
            length += 1
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == quote || character == "\n" {
                break
            }
        }
        return length
    }
}
