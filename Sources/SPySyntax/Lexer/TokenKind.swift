/// Kinds of tokens. The keywords stand in the order of the first names of every ``NameTable``.
enum TokenKind: UInt8 {
    case falseLiteral, noneLiteral, trueLiteral, and, `as`, assert, async, await, `break`, `class`,
        `continue`, def, del
    case elif, `else`, except, finally, `for`, from, global, `if`, `import`, `in`, `is`, lambda, nonlocal,
        not, or
    case pass, raise, `return`, `try`, `while`, with, yield

    case name, integer, float, imaginary, string

    case newline, indent, dedent, end
    /// Something that the lexer has already reported.
    case error

    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, ellipsis, equal, colonEqual, arrow
    case plus, minus, star, slash, doubleSlash, percent, at, doubleStar, leftShift, rightShift, ampersand,
        bar, caret, tilde
    case doubleEqual, notEqual, less, lessEqual, greater, greaterEqual, diamond
    case plusEqual, minusEqual, starEqual, slashEqual, doubleSlashEqual, percentEqual, atEqual,
        doubleStarEqual
    case leftShiftEqual, rightShiftEqual, ampersandEqual, barEqual, caretEqual
    case exclamation

    static let keywordCount: UInt32 = 35

    var isKeyword: Bool { UInt32(rawValue) < TokenKind.keywordCount }

    /// Newlines, indents and dedents: tokens that end no statement's range.
    var isLayout: Bool { self == .newline || self == .indent || self == .dedent || self == .end }

    /// The token as written, for messages.
    var spelling: String {
        switch self {
        case .name: "name"
        case .integer, .float, .imaginary: "number"
        case .string: "string"
        case .newline: "end of line"
        case .indent: "indentation"
        case .dedent: "end of block"
        case .end: "end of file"
        case .error: "error"
        default: TokenKind.spellings[Int(rawValue)]
        }
    }

    static let spellings: [String] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
        "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
        "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        "name", "integer", "float", "imaginary", "string",
        "newline", "indent", "dedent", "end", "error",
        "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "...", "=", ":=", "->",
        "+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^", "~",
        "==", "!=", "<", "<=", ">", ">=", "<>",
        "+=", "-=", "*=", "/=", "//=", "%=", "@=", "**=", "<<=", ">>=", "&=", "|=", "^=", "!",
    ]
}

/// A token: its kind, its bytes, and for names the index of the name.
struct Token: BitwiseCopyable {
    var start: UInt32
    var end: UInt32
    /// Of a name or keyword its index among the names; of a string its ``StringPrefix``; of an integer its radix.
    var value: UInt32
    var kind: TokenKind

    var range: SourceRange { SourceRange(start: start, end: end) }
}

/// What stands before and around the content of a string literal.
struct StringPrefix: OptionSet {
    let rawValue: UInt32

    static let raw = StringPrefix(rawValue: 1)
    static let bytes = StringPrefix(rawValue: 2)
    static let formatted = StringPrefix(rawValue: 4)
    static let unicode = StringPrefix(rawValue: 8)
    static let triple = StringPrefix(rawValue: 16)
    /// The content holds a backslash, a carriage return, a brace or a byte beyond ASCII: it cannot be taken as it stands.
    static let special = StringPrefix(rawValue: 32)

    /// Number of letters before the quote, kept in the upper bits.
    var letterCount: Int { Int(rawValue >> 8) }
}
