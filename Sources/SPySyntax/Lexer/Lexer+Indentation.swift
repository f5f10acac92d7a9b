extension Lexer {
    /// Measures the blank space at a line's beginning and opens or closes blocks by it.
    ///
    /// - Returns: false where the line holds nothing but space and a comment, and is passed over.
    mutating func readIndentation() -> Bool {
        let start = position
        var at = start
        var column = 0
        var alternative = 0
        var continued: Int?
        measure: while true {
            switch text[at] {
            case 0x20:
                column += 1
                alternative += 1
            case 0x09:
                column = (column / 8 + 1) * 8
                alternative += 1
            case 0x0C:
                column = 0
                alternative = 0
            case 0x5C:
                // The first backslash fixes the width, whatever the lines joined to it look like.
                if continued == nil, column > 0 { continued = column }
                let failures = diagnostics.count
                at = readLineContinuation(at)
                if diagnostics.count > failures { break measure }
                continue
            default: break measure
            }
            at += 1
        }
        if let continued {
            column = continued
            alternative = continued
        }
        switch text[at] {
        case 0x23, 0x0A, 0x0D:
            skipLine(at)
            return false
        case 0 where at >= limit:
            position = limit
            return false
        default: break
        }
        position = at
        if !brackets.isEmpty, isStatementKeyword(at) {
            if goBackToUnclosedBracket() { return false }
            abandonBrackets()
        }
        if brackets.isEmpty { indent(to: column, alternative, lineStart: start) }
        return true
    }

    private mutating func skipLine(_ start: Int) {
        var at = start
        while classes[Int(text[at])] & ByteClass.lineEnd == 0 { at += 1 }
        if text[at] == 0x0D, text[at + 1] == 0x0A { at += 1 }
        at += 1
        position = min(at, limit)
    }

    private mutating func indent(to column: Int, _ alternative: Int, lineStart: Int) {
        let current = indentations[indentations.count - 1]
        if column == current.column {
            if alternative != current.alternative { reportTabs(lineStart) }
        } else if column > current.column {
            if indentations.count >= Lexer.maximumIndentations {
                fail(
                    .tooManyIndentations,
                    from: lineStart,
                    to: position,
                    "There are \(Lexer.maximumIndentations) blocks inside each other here.",
                    hint: "Move inner blocks into functions of their own."
                )
            }
            if alternative <= current.alternative { reportTabs(lineStart) }
            indentations.append((column, alternative))
            nesting.enter(indentations.count - 1, at: position)
            emit(.indent, from: lineStart, to: position)
        } else {
            dedent(to: column, alternative, lineStart: lineStart)
        }
    }

    private mutating func dedent(to column: Int, _ alternative: Int, lineStart: Int) {
        while indentations.count > 1, column < indentations[indentations.count - 1].column {
            indentations.removeLast()
            emit(.dedent, from: position, to: position)
        }
        let current = indentations[indentations.count - 1]
        if column != current.column {
            diagnostics.append(
                Diagnostic(
                    .unmatchedDedent,
                    at: SourceRange(start: UInt32(lineStart), end: UInt32(position)),
                    "This line is indented less than the block before it, but not as much as any block around it.",
                    hint: "Indent it exactly like the line it belongs after."
                )
            )
        } else if alternative != current.alternative {
            reportTabs(lineStart)
        }
    }

    private mutating func reportTabs(_ lineStart: Int) {
        diagnostics.append(
            Diagnostic(
                .inconsistentTabs,
                at: SourceRange(start: UInt32(lineStart), end: UInt32(position)),
                "Tabs and spaces are mixed so that the depth of this line depends on the width of a tab.",
                hint: "Indent with spaces only."
            )
        )
    }

    /// Whether a line inside brackets begins with a word that only a statement can begin with.
    ///
    /// Then a bracket before it was surely never closed, and ending it here keeps the rest of the program readable.
    private func isStatementKeyword(_ start: Int) -> Bool {
        var end = start
        while classes[Int(text[end])] & ByteClass.identifierPart != 0 { end += 1 }
        guard end - start >= 3, end - start <= 8 else { return false }
        let word = String(
            decoding: UnsafeBufferPointer(start: text + start, count: end - start),
            as: UTF8.self
        )
        switch word {
        case "def", "class", "return", "import", "while", "try", "raise", "del", "global", "nonlocal", "pass",
            "break",
            "continue", "assert", "with", "except", "finally", "elif":
            return true
        default: return false
        }
    }

    private mutating func abandonBrackets() {
        reportUnclosed(brackets[brackets.count - 1])
        brackets = []
        emit(.newline, from: position, to: position)
    }

    /// When it is certain that a bracket is never closed: goes back to the first line after it that is indented no more
    /// than the block around, where the next statement probably begins, and lets the bracket end before it.
    ///
    /// - Returns: false where there is no such line, or too much has been read again already.
    mutating func goBackToUnclosedBracket() -> Bool {
        guard let outermost = brackets.first, rereadings < Lexer.maximumRereadings else { return false }
        let column = indentations[indentations.count - 1].column
        var first = tokens.count
        while first > 0, tokens[first - 1].start > outermost { first -= 1 }
        while first < tokens.count {
            let start = Int(tokens[first].start)
            let lineStart = beginningOfLine(start)
            if let lineStart, start - lineStart <= column, !closesBracket(tokens[first].kind) {
                resume(at: lineStart, before: first)
                return true
            }
            first += 1
        }
        return false
    }

    private func closesBracket(_ kind: TokenKind) -> Bool {
        kind == .rightParenthesis || kind == .rightBracket || kind == .rightBrace || kind == .error
    }

    /// Where the line begins, if nothing but blanks stands before an offset in it.
    private func beginningOfLine(_ offset: Int) -> Int? {
        var at = offset
        while at > 0, text[at - 1] == 0x20 || text[at - 1] == 0x09 { at -= 1 }
        return at > 0 && (text[at - 1] == 0x0A || text[at - 1] == 0x0D) ? at : nil
    }

    private mutating func resume(at lineStart: Int, before token: Int) {
        rereadings += 1
        tokens.truncate(to: token)
        diagnostics.removeAll { Int($0.range.start) >= lineStart }
        position = lineStart
        let open = brackets.last { Int($0) < lineStart } ?? brackets[0]
        brackets = []
        reportUnclosed(open)
        emit(.newline, from: lineStart, to: lineStart)
    }
}
