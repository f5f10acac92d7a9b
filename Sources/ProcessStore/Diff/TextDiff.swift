/// Two texts line by line, and the hunks in which they differ.
struct TextDiff: Sendable {
    /// Equal lines that are shown before and after a change.
    static let context = 3

    /// A place where two texts differ, with some equal lines around it.
    struct Hunk: Sendable, Equatable {
        /// Where it lies in each text, in lines from 0.
        var from: Range<Int>
        var to: Range<Int>
        var lines: [Line]
    }

    /// A line of a hunk.
    struct Line: Sendable, Equatable {
        /// What becomes of it.
        enum Kind: String, Sendable {
            case context
            case removed
            case added
        }

        let kind: Kind
        /// With its line feed, which the last line of a text may lack.
        let text: Substring
    }

    let hunks: [Hunk]

    /// Compares two texts.
    init(_ old: String, _ new: String) {
        guard !old.utf8.elementsEqual(new.utf8) else {
            hunks = []
            return
        }
        let (oldLines, newLines) = (Self.lines(of: old), Self.lines(of: new))
        // By bytes: texts that only Unicode calls equal differ.
        let changes = LineDiff(oldLines.map { Array($0.utf8) }, newLines.map { Array($0.utf8) }).changes
        var hunks: [Hunk] = []
        var index = 0
        while index < changes.count {
            var last = index
            while last + 1 < changes.count,
                changes[last + 1].from.lowerBound - changes[last].from.upperBound <= 2 * Self.context
            {
                last += 1
            }
            hunks.append(Self.hunk(changes[index...last], oldLines, newLines))
            index = last + 1
        }
        self.hunks = hunks
    }

    /// A text's lines, each with its line feed. No text has no line.
    static func lines(of text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.startIndex
        while start < text.endIndex {
            let end = text.utf8[start...].firstIndex(of: UInt8(ascii: "\n")).map(text.utf8.index(after:))
            lines.append(text[start..<(end ?? text.endIndex)])
            start = end ?? text.endIndex
        }
        return lines
    }

    private static func hunk(
        _ changes: ArraySlice<LineDiff.Change>,
        _ old: [Substring],
        _ new: [Substring]
    ) -> Hunk {
        guard let first = changes.first, let last = changes.last else {
            preconditionFailure("a hunk has a change")
        }
        let before = min(context, first.from.lowerBound)
        let after = min(context, old.count - last.from.upperBound)
        var hunk = Hunk(
            from: (first.from.lowerBound - before)..<(last.from.upperBound + after),
            to: (first.to.lowerBound - before)..<(last.to.upperBound + after),
            lines: []
        )
        var position = hunk.from.lowerBound
        for change in changes {
            hunk.lines += old[position..<change.from.lowerBound].map { Line(kind: .context, text: $0) }
            hunk.lines += old[change.from].map { Line(kind: .removed, text: $0) }
            hunk.lines += new[change.to].map { Line(kind: .added, text: $0) }
            position = change.from.upperBound
        }
        hunk.lines += old[position..<hunk.from.upperBound].map { Line(kind: .context, text: $0) }
        return hunk
    }
}
