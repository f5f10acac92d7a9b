/// Cuts a text into tokens.
///
/// The lexer reads bytes from a pointer whose text is followed by zeros, so that looking ahead needs no bounds. Each
/// pass of the outer loop reads one logical line: measures its indentation, emits indents and dedents, then its tokens.
/// Names are interned while they are read. The lexer never stops early: what it cannot read becomes a diagnostic and
/// one token of kind `error`, at which the parser gives up the statement without a second diagnostic.
struct Lexer: ~Copyable {
    /// `text[offset]` is readable from the beginning up to sixteen bytes past the limit.
    let text: UnsafePointer<UInt8>
    /// Offset of the byte after the last one; there stands a zero.
    let limit: Int
    let classes = ByteClass.table
    var position: Int
    var tokens: Buffer<Token>
    var names: NameTable
    var diagnostics: [Diagnostic] = []
    var nesting = NestingMeter()
    /// Offsets of the brackets that are open.
    var brackets: [UInt32] = []
    /// Widths of the indentations that are open, with tabs to the next multiple of 8, and with tabs as one column.
    var indentations: [(column: Int, alternative: Int)] = [(0, 0)]
    /// Inside the replacement field of an f-string, where line breaks mean nothing and there are no lines to indent.
    let isReplacementField: Bool
    /// How often text was read again after a bracket that is never closed.
    var rereadings = 0

    /// How often text may be read again, so that many such brackets do not take time that grows with the square.
    static let maximumRereadings = 32
    /// CPython's `MAXLEVEL`: brackets that may be open at once.
    static let maximumBrackets = 200
    /// CPython's `MAXINDENT`: blocks that may be open at once, one more than that.
    static let maximumIndentations = 100

    init(
        text: UnsafePointer<UInt8>,
        range: Range<Int>,
        names: consuming NameTable,
        isReplacementField: Bool = false
    ) {
        self.text = text
        position = range.lowerBound
        limit = range.upperBound
        tokens = Buffer(capacity: range.count / 4 + 16)
        self.names = names
        self.isReplacementField = isReplacementField
    }

    /// Reads the whole text; afterwards the tokens end with one of kind `end`.
    mutating func run() {
        if isReplacementField {
            readTokens()
            emit(.end, from: limit, to: limit)
            return
        }
        repeat {
            while position < limit {
                if readIndentation() { readTokens() }
            }
        } while goBackToUnclosedBracket()
        finish()
    }

    @inline(__always)
    mutating func emit(_ kind: TokenKind, from start: Int, to end: Int, value: UInt32 = 0) {
        tokens.append(
            Token(
                start: UInt32(truncatingIfNeeded: start),
                end: UInt32(truncatingIfNeeded: end),
                value: value,
                kind: kind
            )
        )
    }

    /// Reports an error and leaves an `error` token in its place.
    mutating func fail(_ rule: Rule, from start: Int, to end: Int, _ message: String, hint: String? = nil) {
        let range = SourceRange(start: UInt32(start), end: UInt32(max(end, start)))
        diagnostics.append(Diagnostic(rule, at: range, message, hint: hint))
        emit(.error, from: start, to: max(end, start))
    }

    /// The end of the text: an unclosed bracket is reported, open blocks are closed.
    private mutating func finish() {
        if let open = brackets.last {
            reportUnclosed(open)
            brackets = []
        }
        if tokens.count > 0, !tokens[tokens.count - 1].kind.isLayout {
            emit(.newline, from: limit, to: limit)
        }
        for _ in 1..<indentations.count { emit(.dedent, from: limit, to: limit) }
        indentations = [(0, 0)]
        emit(.end, from: limit, to: limit)
    }

    mutating func reportUnclosed(_ open: UInt32) {
        let bracket = Unicode.Scalar(text[Int(open)])
        fail(
            .unclosedBracket,
            from: Int(open),
            to: Int(open) + 1,
            "This '\(bracket)' is never closed.",
            hint: "Add the closing bracket that belongs to it."
        )
        // The token stands at the end of the statement, where the parser meets it last.
        tokens[tokens.count - 1].start = UInt32(position)
        tokens[tokens.count - 1].end = UInt32(position)
    }

    /// Reads tokens up to the end of the logical line, or of the physical line inside brackets.
    private mutating func readTokens() {
        var at = position
        while true {
            var byte = text[at]
            while byte == 0x20 || byte == 0x09 || byte == 0x0C {
                at += 1
                byte = text[at]
            }
            let bits = classes[Int(byte)]
            if bits & ByteClass.identifierStart != 0 {
                at = readName(at)
                continue
            }
            if bits & ByteClass.digit != 0 {
                at = readNumber(at)
                continue
            }
            switch byte {
            case 0x0A, 0x0D:
                let next = byte == 0x0D && text[at + 1] == 0x0A ? at + 2 : at + 1
                if isReplacementField {
                    at = next
                    continue
                }
                position = next
                if brackets.isEmpty { emit(.newline, from: at, to: at) }
                return
            case 0:
                if at >= limit {
                    position = limit
                    return
                }
                at = readOperator(at, byte)
            case 0x23:
                while classes[Int(text[at])] & ByteClass.lineEnd == 0 { at += 1 }
            case 0x22, 0x27:
                at = readString(at, quote: at, prefix: [])
            case 0x5C:
                at = readLineContinuation(at)
            case 0x28, 0x5B, 0x7B:
                open(at, byte)
                at += 1
            case 0x29, 0x5D, 0x7D:
                close(at, byte)
                at += 1
            case 0x2E:
                if classes[Int(text[at + 1])] & ByteClass.digit != 0 {
                    at = readNumber(at)
                } else {
                    at = readOperator(at, byte)
                }
            default:
                at = readOperator(at, byte)
            }
        }
    }

    @inline(__always)
    private mutating func readName(_ start: Int) -> Int {
        var at = start + 1
        var seen = classes[Int(text[start])]
        while true {
            let bits = classes[Int(text[at])]
            if bits & ByteClass.identifierPart == 0 { break }
            seen |= bits
            at += 1
        }
        if seen & ByteClass.beyondASCII != 0 { return readUnicodeName(start, end: at) }
        if at - start <= 2, text[at] == 0x22 || text[at] == 0x27, let prefix = stringPrefix(start, end: at) {
            return readString(start, quote: at, prefix: prefix)
        }
        let id = names.intern(text + start, count: at - start)
        let kind = id < TokenKind.keywordCount ? TokenKind(rawValue: UInt8(truncatingIfNeeded: id))! : .name
        emit(kind, from: start, to: at, value: id)
        return at
    }

    /// The backslash at a line's end joins it to the next; anywhere else it is an error.
    mutating func readLineContinuation(_ start: Int) -> Int {
        var next = start + 1
        if text[next] == 0x0D { next += 1 }
        if text[next] == 0x0A { next += 1 }
        guard next > start + 1 else {
            fail(
                .lineContinuation,
                from: start,
                to: start + 1,
                "There is something after the backslash that continues the line.",
                hint: "Remove what follows the backslash, also spaces, or the backslash itself."
            )
            return start + 1
        }
        guard next < limit else {
            fail(
                .lineContinuation,
                from: start,
                to: start + 1,
                "The file ends after a backslash that continues the line."
            )
            return limit
        }
        return next
    }

    private mutating func open(_ at: Int, _ byte: UInt8) {
        if brackets.count == Lexer.maximumBrackets {
            fail(
                .tooManyBrackets,
                from: at,
                to: at + 1,
                "There are more than \(Lexer.maximumBrackets) brackets inside each other here.",
                hint: "Give parts of the expression names."
            )
        } else {
            let kind: TokenKind = byte == 0x28 ? .leftParenthesis : byte == 0x5B ? .leftBracket : .leftBrace
            emit(kind, from: at, to: at + 1)
        }
        brackets.append(UInt32(at))
        nesting.enter(brackets.count + indentations.count - 1, at: at)
    }

    private mutating func close(_ at: Int, _ byte: UInt8) {
        let opener: UInt8 = byte == 0x29 ? 0x28 : byte == 0x5D ? 0x5B : 0x7B
        let closer = Unicode.Scalar(byte)
        guard let open = brackets.last else {
            fail(.unmatchedBracket, from: at, to: at + 1, "There is no open bracket for this '\(closer)'.")
            return
        }
        guard text[Int(open)] == opener else {
            fail(
                .unmatchedBracket,
                from: at,
                to: at + 1,
                "This '\(closer)' does not match the '\(Unicode.Scalar(text[Int(open)]))' that is open.",
                hint: "Close the brackets in the reverse order of opening them."
            )
            // The bracket closes the one it matches, or else was mistyped and closes the last.
            if brackets.contains(where: { text[Int($0)] == opener }) {
                while let last = brackets.popLast(), text[Int(last)] != opener {}
            } else {
                brackets.removeLast()
            }
            return
        }
        brackets.removeLast()
        let kind: TokenKind = byte == 0x29 ? .rightParenthesis : byte == 0x5D ? .rightBracket : .rightBrace
        emit(kind, from: at, to: at + 1)
    }
}

/// Keeps the deepest nesting of brackets and blocks.
struct NestingMeter {
    /// SPy's limit, see DESIGN: brackets and blocks inside each other.
    static let limit = 100

    private(set) var depth = 0
    private(set) var deepest = 0
    private(set) var crossing: Int?

    @inline(__always)
    mutating func enter(_ newDepth: Int, at offset: Int) {
        guard newDepth > depth else { return }
        depth = newDepth
        deepest = offset
        if newDepth > Self.limit, crossing == nil { crossing = offset }
    }
}
