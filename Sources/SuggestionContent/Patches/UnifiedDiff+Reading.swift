extension UnifiedDiff {
    /// The most lines of a diff that is read.
    public static let maximumLines = 20_000

    /// Reads a diff of one text. Headers may be missing, and so may the numbers of a hunk's header; counts in
    /// it are not believed but counted.
    ///
    /// - Throws: ``PatchProblem/malformed(line:)``, ``PatchProblem/tooLong``.
    public init(parsing text: String) throws(PatchProblem) {
        let rows = UnifiedDiff.lines(text)
        guard rows.count <= UnifiedDiff.maximumLines else { throw .tooLong }
        var reader = Reader()
        for (index, row) in rows.enumerated() { try reader.read(row, number: index + 1) }
        reader.close()
        guard !reader.hunks.isEmpty else { throw .malformed(line: max(1, rows.count)) }
        self.init(name: reader.name, hunks: reader.hunks)
    }

    private struct Reader {
        var name = ""
        var hunks: [Hunk] = []
        private var start: (old: Int?, new: Int)?
        private var lines: [Line] = []

        mutating func read(_ row: [UInt8], number: Int) throws(PatchProblem) {
            if row.starts(with: "@@".utf8) {
                close()
                start = try header(row, number)
                return
            }
            guard start != nil else {
                try preamble(row, number)
                return
            }
            let rest = Array(row.dropFirst())
            switch row[0] {
            case " ": lines.append(Line(mark: .kept, text: rest))
            case "+": lines.append(Line(mark: .added, text: rest))
            case "-": lines.append(Line(mark: .removed, text: rest))
            // Editors and models drop the space of an empty line.
            case 0x0A: lines.append(Line(mark: .kept, text: row))
            case "\\":
                guard let last = lines.popLast() else { throw .malformed(line: number) }
                lines.append(
                    Line(mark: last.mark, text: last.text.last == 0x0A ? last.text.dropLast() : last.text)
                )
            default: throw .malformed(line: number)
            }
        }

        private mutating func preamble(_ row: [UInt8], _ number: Int) throws(PatchProblem) {
            if row.starts(with: "+++ ".utf8) {
                guard hunks.isEmpty else { throw .malformed(line: number) }
                let path = row.dropFirst(4).prefix { $0 > 0x20 }
                let isPrefixed = path.starts(with: "b/".utf8)
                name = String(decoding: isPrefixed ? path.dropFirst(2) : path, as: UTF8.self)
                return
            }
            let known = ["--- ", "diff ", "index ", "new file", "deleted file", "similarity", "rename"]
            guard row.allSatisfy({ $0 <= 0x20 }) || known.contains(where: { row.starts(with: $0.utf8) })
            else {
                throw .malformed(line: number)
            }
        }

        /// `@@ -12,3 +12,4 @@ name`, or `@@` alone.
        private func header(_ row: [UInt8], _ number: Int) throws(PatchProblem) -> (old: Int?, new: Int) {
            let words = row.split { $0 <= 0x20 }
            guard words.count >= 4, words[1].first == UInt8(ascii: "-"), words[2].first == UInt8(ascii: "+")
            else {
                return (nil, 1)
            }
            guard let old = first(words[1]), let new = first(words[2]) else { throw .malformed(line: number) }
            return (old, new)
        }

        private func first(_ word: ArraySlice<UInt8>) -> Int? {
            let digits = word.dropFirst().prefix { $0 != UInt8(ascii: ",") }
            guard digits.count <= 9, digits.allSatisfy({ $0.isKind(.digit) }) else { return nil }
            return Int(String(decoding: digits, as: UTF8.self))
        }

        mutating func close() {
            if let start, !lines.isEmpty {
                hunks.append(Hunk(oldStart: start.old, newStart: start.new, lines: lines))
            }
            start = nil
            lines = []
        }
    }
}
