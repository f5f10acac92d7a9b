extension Tree {
    /// The program in its canonical form: four spaces of indentation, one statement a line, no parentheses, quotes or
    /// blank lines but those that are needed. Parsing it gives an equal tree.
    public func printed() -> String {
        var printer = Printer(self)
        printer.write(body)
        return String(decoding: printer.output, as: UTF8.self)
    }

    /// An expression in its canonical form, as it can stand for itself: no parentheses around it but those of `(a := b)`,
    /// and no `u` that means nothing before strings. The same for all spellings of the expression.
    ///
    /// Costs time in proportion to the text that it gives.
    public func printed(_ expression: ExpressionID) -> String {
        var printer = Printer(self)
        printer.keepsUnicodePrefix = false
        printer.write(expression)
        return String(decoding: printer.output, as: UTF8.self)
    }
}

/// Writes a tree as text.
///
/// Blocks are written by recursion, which the number of indentations bounds; expressions from a stack of pieces, so
/// that a chain of thousands of operators takes no stack.
struct Printer {
    /// What is still to be written of an expression.
    enum Piece {
        case text(String)
        /// An expression, in parentheses unless it binds at least as tightly as this.
        case expression(ExpressionID, Level)
    }

    /// How tightly an expression binds; larger is tighter.
    enum Level: Int, Comparable {
        /// Needs parentheses nearly everywhere: `:=`, `yield`.
        case loose, conditional, or, and, not, comparison, bitOr, bitXor, bitAnd, shift, sum, term, unary,
            power, await, atom

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        var next: Level { Level(rawValue: rawValue + 1) ?? .atom }
    }

    let tree: Tree
    var output: [UInt8] = []
    var indentation = 0
    /// Quotes of the f-strings around what is written, which cannot be used in it.
    var outerQuotes: [String] = []
    /// Whether `u"…"` is written as it was.
    var keepsUnicodePrefix = true

    init(_ tree: Tree) {
        self.tree = tree
    }

    mutating func put(_ text: String) {
        output.append(contentsOf: text.utf8)
    }

    mutating func put(_ name: Name) {
        put(spelling(of: name))
    }

    /// Begins a line with its indentation.
    mutating func begin(_ text: String) {
        output.append(contentsOf: repeatElement(0x20, count: indentation * 4))
        put(text)
    }

    mutating func end() {
        output.append(0x0A)
    }

    /// A name that normalises to a keyword is written with a full-width letter, which normalises to the plain one.
    func spelling(of name: Name) -> String {
        let text = tree.string(name)
        guard name.rawValue < TokenKind.keywordCount, let first = text.unicodeScalars.first,
            let wide = Unicode.Scalar(first.value + 0xFEE0)
        else { return text }
        return String(Character(wide)) + text.dropFirst()
    }

    mutating func write(_ list: StatementList) {
        for id in tree[list] { write(id) }
    }

    /// A block after a header: the colon, and the statements one level deeper.
    mutating func writeBlock(_ list: StatementList) {
        put(":")
        end()
        indentation += 1
        if list.isEmpty {
            begin("pass")
            end()
        }
        write(list)
        indentation -= 1
    }

    mutating func write(_ id: ExpressionID, _ level: Level = .conditional) {
        var pieces: [Piece] = [.expression(id, level)]
        while let piece = pieces.popLast() {
            switch piece {
            case .text(let text): put(text)
            case .expression(let id, let level):
                let expanded = expand(id)
                if self.level(of: id) < level {
                    pieces.append(.text(")"))
                    pieces.append(contentsOf: expanded.reversed())
                    pieces.append(.text("("))
                } else {
                    pieces.append(contentsOf: expanded.reversed())
                }
            }
        }
    }
}
