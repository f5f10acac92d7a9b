/// A change of one text in unified form (POSIX `diff -u`), exact: what it is applied to has to hold its lines
/// as they are.
public struct UnifiedDiff: Sendable, Hashable {
    /// The name of the text in the headers.
    public let name: String
    /// Places that change, from the first to the last.
    public let hunks: [Hunk]

    /// One place.
    public struct Hunk: Sendable, Hashable {
        /// The first line before, from 1; 0 where none is before. Nothing where the header does not say.
        public let oldStart: Int?
        /// The first line after.
        public let newStart: Int
        /// Its lines.
        public let lines: [Line]

        var old: [[UInt8]] { lines.compactMap { $0.mark == .added ? nil : $0.text } }
        var new: [[UInt8]] { lines.compactMap { $0.mark == .removed ? nil : $0.text } }
    }

    /// A line, and what becomes of it. As bytes: what Unicode calls equal may be different text. It has its
    /// line break, which only the last of a text may lack.
    public struct Line: Sendable, Hashable {
        /// What becomes of a line.
        public enum Mark: Sendable, Hashable {
            /// It stays.
            case kept
            /// It goes.
            case removed
            /// It comes.
            case added
        }

        let mark: Mark
        let text: [UInt8]
    }

    /// Lines around a change.
    static let context = 3
    /// Beyond so many lines that differ, the whole stretch is replaced: finding the smallest change costs too
    /// much.
    static let maximumCompared = 6_000

    /// The change from one text to another; nothing where they are equal.
    public init?(from old: String, to new: String, name: String) {
        let before = UnifiedDiff.lines(old)
        let after = UnifiedDiff.lines(new)
        guard before != after else { return nil }
        self.name = name
        hunks = DiffMaker(before, after).hunks()
    }

    init(name: String, hunks: [Hunk]) {
        self.name = name
        self.hunks = hunks
    }

    /// Lines with their line breaks.
    static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for byte in text.utf8 {
            line.append(byte)
            if byte == 0x0A {
                lines.append(line)
                line = []
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// The change as text.
    public var text: String {
        var result = Array("--- a/\(name)\n+++ b/\(name)\n".utf8)
        for hunk in hunks {
            let old = UnifiedDiff.span(hunk.oldStart ?? 1, hunk.old.count)
            let new = UnifiedDiff.span(hunk.newStart, hunk.new.count)
            result += Array("@@ -\(old) +\(new) @@\n".utf8)
            for line in hunk.lines {
                result.append(UInt8(ascii: line.mark == .kept ? " " : line.mark == .added ? "+" : "-"))
                result += line.text
                if line.text.last != 0x0A { result += Array("\n\\ No newline at end of file\n".utf8) }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func span(_ start: Int, _ count: Int) -> String {
        count == 1 ? "\(start)" : "\(start),\(count)"
    }

    /// A text with the change made.
    ///
    /// Each hunk is made where its header says, or, where its lines do not stand there, at the one place
    /// where they stand. Lines have to be equal byte for byte.
    ///
    /// - Throws: ``PatchProblem``.
    public func apply(to text: String) throws(PatchProblem) -> String {
        let before = UnifiedDiff.lines(text)
        var result: [[UInt8]] = []
        var done = 0
        for (index, hunk) in hunks.enumerated() {
            let start = try place(of: hunk, number: index + 1, in: before, from: done)
            result += before[done..<start]
            result += hunk.new
            done = start + hunk.old.count
        }
        result += before[done...]
        for line in result.dropLast() where line.last != 0x0A { throw .missingLineBreak }
        return String(decoding: Array(result.joined()), as: UTF8.self)
    }

    private func place(of hunk: Hunk, number: Int, in lines: [[UInt8]], from first: Int) throws(PatchProblem)
        -> Int
    {
        let old = hunk.old
        if let start = hunk.oldStart {
            let place = old.isEmpty ? start : start - 1
            if place >= first, place + old.count <= lines.count,
                lines[place..<place + old.count].elementsEqual(old)
            {
                return place
            }
        }
        guard let rarest = old.first else { throw .notFound(hunk: number) }
        var found: Int?
        for place in first..<max(first, lines.count - old.count + 1) where lines[place] == rarest {
            guard lines[place..<place + old.count].elementsEqual(old) else { continue }
            guard found == nil else { throw .ambiguous(hunk: number) }
            found = place
        }
        guard let found else { throw .notFound(hunk: number) }
        return found
    }
}

/// Why a patch cannot be read or applied.
public enum PatchProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// It is no unified diff, at a line of it.
    case malformed(line: Int)
    /// It has too many lines or hunks.
    case tooLong
    /// The lines of a hunk do not stand in the text.
    case notFound(hunk: Int)
    /// The lines of a hunk stand in the text several times, and none of them where its header says.
    case ambiguous(hunk: Int)
    /// A line without a line break would come before another one.
    case missingLineBreak

    /// A sentence that says what is so.
    public var description: String {
        switch self {
        case .malformed(let line): "The patch is no unified diff: see its line \(line)."
        case .tooLong: "The patch is too long."
        case .notFound(let hunk):
            "Hunk \(hunk) of the patch does not fit: its lines do not stand in the text."
        case .ambiguous(let hunk):
            "Hunk \(hunk) of the patch does not fit: its lines stand in several places."
        case .missingLineBreak: "The patch would join two lines."
        }
    }
}
