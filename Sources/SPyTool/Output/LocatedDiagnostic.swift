public import SPySyntax

/// A diagnostic with lines and columns, counted from 1, columns in code points, ends exclusive.
public struct LocatedDiagnostic: Hashable, Sendable {
    /// The diagnostic.
    public let diagnostic: Diagnostic
    /// Where it begins.
    public let start: SourcePosition
    /// Where it ends.
    public let end: SourcePosition

    /// Finds the places of diagnostics that are ordered by their beginnings, in time linear in text and diagnostics.
    public static func locate(_ diagnostics: [Diagnostic], in source: SourceText) -> [LocatedDiagnostic] {
        var starts = PositionFinder(source)
        return diagnostics.map { diagnostic in
            let start = starts.position(at: diagnostic.range.start)
            // Ends come in any order, but mostly soon after their beginnings.
            var ends = starts
            return LocatedDiagnostic(
                diagnostic: diagnostic,
                start: start,
                end: ends.position(at: max(diagnostic.range.start, diagnostic.range.end))
            )
        }
    }

    var json: JSON {
        .object([
            ("id", .string(diagnostic.rule.rawValue)),
            ("severity", .string(diagnostic.severity.rawValue)),
            ("line", .integer(start.line)),
            ("column", .integer(start.column)),
            ("end_line", .integer(end.line)),
            ("end_column", .integer(end.column)),
            ("message", .string(diagnostic.message)),
            ("hint", diagnostic.hint.map(JSON.string) ?? .null),
        ])
    }
}

/// Turns offsets into lines and columns, going on from the last one where it is on the same line.
///
/// Without it many diagnostics on one long line would take time in proportion to the product of both.
struct PositionFinder {
    private let source: SourceText
    private var offset: UInt32 = 0
    private var last = SourcePosition(line: 1, column: 1)

    init(_ source: SourceText) {
        self.source = source
    }

    mutating func position(at wanted: UInt32) -> SourcePosition {
        let wanted = min(wanted, UInt32(source.utf8.count))
        if wanted < offset || source.lineIndex(at: wanted) != last.line - 1 {
            let line = source.lineIndex(at: wanted)
            offset = source.lineStarts[line]
            last = SourcePosition(line: line + 1, column: 1)
        }
        var column = last.column
        for byte in source.utf8[Int(offset)..<Int(wanted)] where byte & 0xC0 != 0x80 { column += 1 }
        offset = wanted
        last = SourcePosition(line: last.line, column: column)
        return last
    }
}
