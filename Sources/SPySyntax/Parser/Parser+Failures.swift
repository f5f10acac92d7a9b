extension Parser {
    /// Reports something wrong that does not keep the parser from going on.
    mutating func report(_ rule: Rule, at range: SourceRange, _ message: String, hint: String? = nil) {
        diagnostics.append(Diagnostic(rule, at: range, message, hint: hint))
    }

    /// Reports something wrong and gives what to throw.
    mutating func fail(_ rule: Rule, at range: SourceRange, _ message: String, hint: String? = nil)
        -> SyntaxFailure
    {
        report(rule, at: range, message, hint: hint)
        return SyntaxFailure()
    }

    /// The current token does not fit; the sentence says what it is and, where the text gives it away, what was meant.
    mutating func failUnexpected(_ expected: String = "an expression") -> SyntaxFailure {
        guard kind != .error else { return SyntaxFailure() }
        if kind == .indent { return failIndentation() }
        if let failure = failLegacy() { return failure }
        if let failure = failMissingComma() { return failure }
        if kind == .equal {
            return fail(
                .unexpectedToken,
                at: current.range,
                "An assignment cannot stand here.",
                hint: "Compare with '==', or assign in a line of its own."
            )
        }
        if kind.isKeyword {
            return fail(
                .unexpectedToken,
                at: current.range,
                "Expected \(expected), found the keyword '\(kind.spelling)'."
            )
        }
        return fail(.unexpectedToken, at: current.range, "Expected \(expected), found \(describeCurrent()).")
    }

    mutating func failExpecting(_ wanted: TokenKind, _ place: StaticString) -> SyntaxFailure {
        guard kind != .error else { return SyntaxFailure() }
        if wanted == .colon, kind == .equal {
            return fail(
                .unexpectedToken,
                at: current.range,
                "'=' assigns, and an assignment cannot stand in a condition.",
                hint: "Compare with '=='."
            )
        }
        if let failure = failLegacy() { return failure }
        if let failure = failMissingComma() { return failure }
        let shown = wanted == .name ? "a name" : "'\(wanted.spelling)'"
        let rule: Rule = wanted == .colon ? .missingColon : .unexpectedToken
        return fail(rule, at: current.range, "Expected \(shown) \(place), found \(describeCurrent()).")
    }

    mutating func failName(_ place: StaticString) -> SyntaxFailure {
        guard kind != .error else { return SyntaxFailure() }
        if kind == .equal, index > 0, tokens[index - 1].kind.isKeyword {
            let keyword = tokens[index - 1]
            return fail(
                .keywordAsName,
                at: keyword.range,
                "'\(keyword.kind.spelling)' is a keyword of Python and cannot be a variable.",
                hint: "Choose another name, for instance '\(keyword.kind.spelling)_'."
            )
        }
        if kind.isKeyword {
            return fail(
                .keywordAsName,
                at: current.range,
                "'\(kind.spelling)' is a keyword of Python and cannot be a name \(place).",
                hint: "Choose another name, for instance '\(kind.spelling)_'."
            )
        }
        return fail(
            .unexpectedToken,
            at: current.range,
            "Expected a name \(place), found \(describeCurrent())."
        )
    }

    mutating func failIndentation() -> SyntaxFailure {
        fail(
            .unexpectedIndent,
            at: current.range,
            "This line is indented, but no block begins before it.",
            hint: "Indent it like the line before it."
        )
    }

    mutating func failTooDeep() -> SyntaxFailure {
        fail(
            .tooDeep,
            at: current.range,
            "There are more expressions inside each other here than can be read.",
            hint: "Give parts of the expression names."
        )
    }

    func describeCurrent() -> String {
        switch kind {
        case .newline, .indent, .dedent, .end, .error: "the \(kind.spelling)"
        case .name, .integer, .float, .imaginary, .string: "the \(kind.spelling) \(excerpt(current))"
        default: "'\(kind.spelling)'"
        }
    }

    private func excerpt(_ token: Token) -> String {
        let shown = min(Int(token.end - token.start), 40)
        let bytes = UnsafeBufferPointer(start: text + Int(token.start), count: shown)
        let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
        let isCut = line.count < Int(token.end - token.start)
        return String(decoding: line, as: UTF8.self) + (isCut ? "…" : "")
    }

    /// `print "hello"` and its like, which Python 2 had.
    private mutating func failLegacy() -> SyntaxFailure? {
        guard index > 0, tokens[index - 1].kind == .name else { return nil }
        let name = Name(rawValue: tokens[index - 1].value)
        guard name == NameTable.print || name == NameTable.exec,
            kind == .string || kind == .name || kind == .integer
        else { return nil }
        let word = names.text(of: name)
        return fail(
            .legacyStatement,
            at: SourceRange(start: tokens[index - 1].start, end: current.end),
            "\(word) is a function and needs parentheses around what it is given.",
            hint: "Write \(word)(…)."
        )
    }

    /// Two operands side by side.
    private mutating func failMissingComma() -> SyntaxFailure? {
        guard index > 0 else { return nil }
        let before = tokens[index - 1].kind
        guard before.endsOperand, kind.beginsOperand else { return nil }
        return fail(
            .missingOperator,
            at: SourceRange(start: tokens[index - 1].start, end: current.end),
            "Two expressions stand side by side with nothing between them.",
            hint: "Perhaps a comma or an operator is missing."
        )
    }
}

extension TokenKind {
    /// Whether an operand can end with this token.
    var endsOperand: Bool {
        switch self {
        case .name, .integer, .float, .imaginary, .string, .rightParenthesis, .rightBracket, .rightBrace,
            .trueLiteral,
            .falseLiteral, .noneLiteral, .ellipsis:
            true
        default: false
        }
    }

    /// Whether a token can only begin an operand.
    var beginsOperand: Bool {
        switch self {
        case .name, .integer, .float, .imaginary, .string, .trueLiteral, .falseLiteral, .noneLiteral,
            .ellipsis, .leftBrace,
            .tilde, .lambda:
            true
        default: false
        }
    }
}
