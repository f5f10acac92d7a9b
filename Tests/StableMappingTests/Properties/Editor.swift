import SPySyntax
import TestSupport

/// Edits programs as people do. Every edit gives a program that parses, or nothing.
struct Editor {
    var random: SeededGenerator
    private var serial = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Edits that mean nothing: the tree afterwards is the same.
    mutating func respelled(_ code: String) -> String? {
        let tree = parse(code).tree
        var lines = Editor.lines(code)
        let place = random.below(lines.count)
        let edited: String
        switch random.below(8) {
        case 0: edited = Editor.joined(lines, inserting: "", at: place)
        case 1: edited = Editor.joined(lines, inserting: "# a comment, (with 'signs\"", at: place)
        case 2:
            lines[place] += "   # why"
            edited = lines.joined(separator: "\n")
        case 3:
            lines[place] = lines[place].replacing(", ", with: " ,  ")
            edited = lines.joined(separator: "\n")
        case 4:
            lines[place] = lines[place].replacing("\"", with: "'")
            edited = lines.joined(separator: "\n")
        case 5:
            lines[place] = Editor.parenthesized(lines[place])
            edited = lines.joined(separator: "\n")
        case 6: edited = code.replacing("    ", with: "  ")
        default: edited = tree.printed()
        }
        guard edited != code, case let result = parse(edited), result.isValid, result.tree == tree else {
            return nil
        }
        return edited
    }

    /// Two neighbouring functions of the module change places.
    mutating func reordered(_ code: String) -> String? {
        let result = parse(code)
        let statements = result.tree[result.tree.body]
        let places = statements.indices.dropLast().filter { index in
            [index, index + 1].allSatisfy {
                if case .functionDefinition = result.tree[statements[$0]] { true } else { false }
            }
        }
        guard let place = places.randomElement(using: &random) else { return nil }
        let first = result.tree.range(of: statements[place])
        let second = result.tree.range(of: statements[place + 1])
        let text = { (range: SourceRange) in result.source.text(in: range) }
        let middle = SourceRange(start: first.end, end: second.start)
        let rest = SourceRange(start: second.end, end: UInt32(result.source.utf8.count))
        let edited =
            text(SourceRange(start: 0, end: first.start)) + text(second) + text(middle) + text(first)
            + text(rest)
        return parse(edited).isValid ? edited : nil
    }

    /// A statement that the program does not have is put in.
    mutating func inserted(_ code: String) -> String? {
        var lines = Editor.lines(code)
        let place = random.below(lines.count)
        guard !lines[place].allSatisfy(\.isWhitespace) else { return nil }
        serial += 1
        let statement = random.below(2) == 0 ? "inserted_\(serial)(\(serial))" : "fresh_\(serial) = \(serial)"
        lines.insert(Editor.indentation(lines[place]) + statement, at: place)
        return Editor.valid(lines, otherThan: code)
    }

    /// An edit that changes facts: lines removed, doubled, moved and changed, names renamed, functions emptied.
    mutating func changed(_ code: String) -> String? {
        var lines = Editor.lines(code)
        let (place, other) = (random.below(lines.count), random.below(lines.count))
        switch random.below(9) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: place)
        case 2: lines.insert(lines[place], at: other)
        case 3: lines.swapAt(place, other)
        case 4: lines.insert(lines.remove(at: place), at: min(other, lines.count))
        case 5:
            lines[place] =
                Editor.indentation(lines[place]) + "if changed_\(random.below(5)):\n    " + lines[place]
        case 6: return renamed(code)
        case 7:
            let digits = lines[place].filter(\.isNumber)
            guard !digits.isEmpty else { return nil }
            lines[place] = lines[place].replacing(digits.prefix(1), with: "\(random.below(10))")
        default:
            let end = min(place + random.below(8), lines.count)
            lines.removeSubrange(place..<end)
        }
        return Editor.valid(lines, otherThan: code)
    }

    private mutating func renamed(_ code: String) -> String? {
        let tree = parse(code).tree
        let name = tree.string(Name(rawValue: UInt32(random.below(tree.nameCount))))
        guard name.count > 2 else { return nil }
        let edited = code.replacing(name, with: "renamed_\(random.below(20))")
        return edited != code && parse(edited).isValid ? edited : nil
    }

    private static func lines(_ code: String) -> [String] {
        code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func joined(_ lines: [String], inserting line: String, at place: Int) -> String {
        (lines[..<place] + [line] + lines[place...]).joined(separator: "\n")
    }

    private static func valid(_ lines: [String], otherThan code: String) -> String? {
        let edited = lines.joined(separator: "\n")
        return edited != code && parse(edited).isValid ? edited : nil
    }

    private static func indentation(_ line: String) -> String { String(line.prefix { $0 == " " }) }

    /// `x = value` becomes `x = (value)`.
    private static func parenthesized(_ line: String) -> String {
        for start in [" = ", "return ", "if "] where line.contains(start) {
            let parts = line.split(separator: start, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            return parts[1].hasSuffix(":")
                ? "\(parts[0])\(start)(\(parts[1].dropLast())):" : "\(parts[0])\(start)(\(parts[1]))"
        }
        return line
    }
}
