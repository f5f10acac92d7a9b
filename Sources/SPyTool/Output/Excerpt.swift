internal import SPySyntax

/// Shows a diagnostic with the line it is about and a mark under the place.
///
/// ```
/// refund.spy:3:5: error SPY-X002: SPY programs may not use `eval`
///   3 │ x = eval("1")
///     │     ^^^^
///     = It reaches out of the program. …
/// ```
struct Excerpt {
    /// Columns of a line shown at most, around the place.
    static let widest = 100

    let source: SourceText
    let path: String
    let style: Style

    func text(_ located: LocatedDiagnostic) -> String {
        let diagnostic = located.diagnostic
        let colour: Style.Colour = diagnostic.severity == .error ? .red : .yellow
        let place = "\(Excerpt.printable(path)):\(located.start.line):\(located.start.column):"
        var result = style.paint(place, .bold) + " "
        result += style.paint("\(diagnostic.severity.rawValue) \(diagnostic.rule)", colour)
        result += style.paint(": \(Excerpt.printable(diagnostic.message))", .bold) + "\n"
        let number = String(located.start.line)
        let margin = String(repeating: " ", count: max(number.count, 3))
        let (line, padding, mark) = marked(located)
        let padded = String(repeating: " ", count: max(0, 3 - number.count)) + number
        result += style.paint("\(padded) │", .blue) + (line.isEmpty ? "" : " " + line) + "\n"
        result += style.paint("\(margin) │ ", .blue) + padding + style.paint(mark, colour) + "\n"
        if let hint = diagnostic.hint {
            result += style.paint("\(margin) = ", .blue) + Excerpt.printable(hint) + "\n"
        }
        return result
    }

    /// The part of the line that is shown, what stands before the mark, and the mark.
    private func marked(_ located: LocatedDiagnostic) -> (line: String, padding: String, mark: String) {
        let lineStart = Int(source.lineStarts[located.start.line - 1])
        let (first, text) = window(lineStart, Int(located.diagnostic.range.start))
        let start = located.start.column - 1 - first
        let end = located.end.line == located.start.line ? located.end.column - 1 - first : text.count
        var line = first > 0 ? "…" : ""
        var padding = first > 0 ? " " : ""
        var mark = ""
        for (index, scalar) in text.enumerated() {
            let shown = Excerpt.shown(scalar)
            line += shown
            // A tab stays a tab under itself, so that the mark stands right whatever its width.
            if index < start {
                padding += shown == "\t" ? "\t" : String(repeating: " ", count: Excerpt.width(scalar))
            } else if index < end {
                mark += String(repeating: "^", count: max(Excerpt.width(scalar), 1))
            }
        }
        return (line, padding, mark.isEmpty ? "^" : mark)
    }

    /// The code points of the line around a place, and how many stand before them.
    private func window(_ lineStart: Int, _ place: Int) -> (first: Int, text: [Unicode.Scalar]) {
        let bytes = source.utf8
        // What is missing at the end of a program may be reported behind it.
        let place = min(place, bytes.count)
        var start = place
        var before = 0
        while start > lineStart, before < Excerpt.widest - 20 {
            start -= 1
            while start > lineStart, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            before += 1
        }
        if before < Excerpt.widest - 20 { start = lineStart }
        var end = start
        // Four bytes make at most one code point each.
        while end < bytes.count, end - start < Excerpt.widest * 4, bytes[end] != 0x0A, bytes[end] != 0x0D {
            end += 1
        }
        var first = 0
        for byte in bytes[lineStart..<start] where byte & 0xC0 != 0x80 { first += 1 }
        let text = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars.prefix(Excerpt.widest)
        return (first, Array(text))
    }

    /// Text as it can be sent to a terminal: nothing in it can move the cursor or turn its direction.
    static func printable(_ text: String) -> String {
        text.unicodeScalars.map(shown).joined()
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control where scalar != "\t": "\u{FFFD}"
        case .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
        default: String(scalar)
        }
    }

    /// Columns that a terminal gives a character.
    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0...0x2FF: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return 1
        }
    }
}
