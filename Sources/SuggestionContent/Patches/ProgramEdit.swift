internal import SPySyntax

/// Puts what a model wrote in the place of what it stands for: a whole program, or some functions of one.
enum ProgramEdit {
    /// What a block of code is.
    enum Change: Equatable {
        /// A program in the place of all.
        case whole(String)
        /// The program with some functions replaced or added.
        case functions(String)
        /// A few lines that show something.
        case example
        /// It cannot be told.
        case unclear(String)
    }

    /// What a block makes of a program.
    ///
    /// A block of function definitions and imports alone, at least one of which the program has too, replaces
    /// those functions; others in it come behind the one before them. It is the whole program where it has
    /// all functions of the old one. Any other block with functions, and any block for a program without
    /// functions, is the whole program; one without functions is an example.
    static func change(_ program: String, by block: String) -> Change {
        let new = parse(block)
        let old = parse(program)
        guard new.isValid else {
            // Reported with its mistakes, where it wants to be a program.
            let isLong = block.utf8.split(separator: 0x0A).count >= 3
            return block.contains("def ") || isLong ? .whole(block) : .example
        }
        let parts = Parts(new)
        let present = Parts(old)
        guard !parts.functions.isEmpty else {
            return present.functions.isEmpty && parts.hasStatements ? .whole(block) : .example
        }
        let oldNames = Set(present.functions.map(\.name))
        let newNames = Set(parts.functions.map(\.name))
        if parts.hasOthers || oldNames.isEmpty { return .whole(block) }
        if oldNames.isSubset(of: newNames), !present.hasOthers { return .whole(block) }
        guard !oldNames.isDisjoint(with: newNames) else {
            let names = parts.functions.prefix(3).map { "'\($0.name)'" }.joined(separator: ", ")
            return .unclear(
                "It cannot be told where \(names) should go: the program has no function of that name."
            )
        }
        guard newNames.count == parts.functions.count, oldNames.count == present.functions.count else {
            return .unclear("A function is defined twice.")
        }
        return .functions(replace(present, by: parts))
    }

    private static func replace(_ old: Parts, by new: Parts) -> String {
        var pieces: [Int: (end: Int, text: [[UInt8]])] = [:]
        var behind: Int?
        var waiting: [[UInt8]] = []
        for function in new.functions {
            let text = new.lines(function.lines)
            if let target = old.functions.first(where: { $0.name == function.name }) {
                let start = target.lines.lowerBound
                let gap = waiting.isEmpty ? [] : waiting
                pieces[start] = (target.lines.upperBound, gap + text)
                waiting = []
                behind = start
            } else if let place = behind, let piece = pieces[place] {
                pieces[place] = (piece.end, piece.text + [[0x0A], [0x0A]] + text)
            } else {
                waiting += text + [[0x0A], [0x0A]]
            }
        }
        var result: [[UInt8]] = []
        var line = 0
        let count = old.allLines.count
        let imports = new.imports.map { new.lines($0) }.filter { !old.has($0) }.flatMap { $0 }
        while line <= count {
            if line == old.importLine { result += imports }
            if let piece = pieces[line] {
                result += piece.text
                line = piece.end
                continue
            }
            if line < count { result.append(old.allLines[line]) }
            line += 1
        }
        return String(decoding: Array(result.joined()), as: UTF8.self)
    }

    /// A program by its lines.
    private struct Parts {
        var functions: [(name: String, lines: Range<Int>)] = []
        var imports: [Range<Int>] = []
        /// Whether something stands at its top level beside functions, imports and a docstring.
        var hasOthers = false
        var hasStatements = false
        /// Before which line an import can come: behind those there are, and behind the docstring.
        var importLine = 0
        /// Each with a line break.
        let allLines: [[UInt8]]

        init(_ parsed: ParseResult) {
            var lines = UnifiedDiff.lines(String(decoding: parsed.source.utf8, as: UTF8.self))
            if let last = lines.indices.last, lines[last].last != 0x0A { lines[last].append(0x0A) }
            allLines = lines
            let tree = parsed.tree
            for (index, id) in tree[tree.body].enumerated() {
                hasStatements = true
                let range = tree.range(of: id)
                let first = parsed.source.lineIndex(at: range.start)
                let last = parsed.source.lineIndex(at: max(range.start, range.end == 0 ? 0 : range.end - 1))
                let place = first..<min(last + 1, allLines.count)
                switch tree[id] {
                case .functionDefinition(let function): functions.append((tree.string(function.name), place))
                case .importModules, .importNames:
                    imports.append(place)
                    importLine = place.upperBound
                case .expression(let value) where index == 0:
                    if case .constant(.string) = tree[value] {
                        importLine = place.upperBound
                    } else {
                        hasOthers = true
                    }
                default: hasOthers = true
                }
            }
        }

        func lines(_ range: Range<Int>) -> [[UInt8]] { Array(allLines[range]) }

        func has(_ wanted: [[UInt8]]) -> Bool { imports.contains { lines($0) == wanted } }
    }
}
