internal import SPyAnalysis
internal import SPySyntax

extension ProgramView {
    /// The line, from 1, where a range begins.
    func line(_ range: SourceRange) -> Int { source.lineIndex(at: range.start) + 1 }

    /// Evidence for a range.
    func evidence(_ range: SourceRange, version: Int32, wholeRange: Bool = false) -> Evidence {
        let first = line(range)
        let last =
            wholeRange
            ? source.lineIndex(at: max(range.start, range.end == 0 ? 0 : range.end - 1)) + 1 : first
        let quote = source.line(first).drop { $0 == " " || $0 == "\t" }
        return Evidence(
            versionNumber: version,
            line: Int32(clamping: first),
            endLine: Int32(clamping: last),
            quote: String(quote)
        )
    }

    /// The last part of a dotted name, in small letters with `_` between its words.
    static func verb(_ name: String) -> String {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        var text = ""
        for scalar in last.unicodeScalars {
            if scalar.properties.isUppercase, let previous = text.unicodeScalars.last, previous != "_" {
                text += "_"
            }
            text += String(scalar).lowercased()
        }
        return text
    }

    /// Whether one of some words stands in a name, as a word of it.
    static func hasWord(_ name: String, _ words: Set<String>) -> Bool {
        verb(name).split(separator: "_").contains { words.contains(String($0)) }
    }

    /// All expressions in a list of statements, those of functions inside too.
    func expressions(in list: StatementList) -> [ExpressionID] {
        var found: [ExpressionID] = []
        var work: [Node] = tree[list].map { .statement($0) }
        while let node = work.popLast() {
            if case .expression(let id) = node { found.append(id) }
            tree.forEachChild(of: node) { work.append($0) }
        }
        return found
    }

    /// All statements in a list, those inside of others too.
    func statements(in list: StatementList) -> [StatementID] {
        var found: [StatementID] = []
        var work: [StatementID] = tree[list].reversed()
        while let id = work.popLast() {
            found.append(id)
            var inner: [StatementID] = []
            tree.forEachChild(of: .statement(id)) { if case .statement(let part) = $0 { inner.append(part) } }
            work += inner.reversed()
        }
        return found
    }

    /// The functions that run guarded wherever they are called: each call of them is in a `try`, or in such a
    /// function.
    func guardedFunctions() -> Set<String> {
        var callers: [String: [(guarded: Bool, path: String)]] = [:]
        let names = Set(functions.map(\.path))
        for call in calls where !call.isAction {
            let scoped = functions[call.function].path + "." + call.name
            let callee = names.contains(scoped) ? scoped : call.name
            callers[callee, default: []].append((call.isGuarded, functions[call.function].path))
        }
        var guarded: Set<String> = []
        // Chains of calls are as long as there are functions; a few rounds reach what people write.
        for _ in 0..<8 {
            let next = Set(
                names.filter { name in
                    guard let places = callers[name], !places.isEmpty else { return false }
                    return places.allSatisfy { $0.guarded || guarded.contains($0.path) }
                }
            )
            if next == guarded { break }
            guarded = next
        }
        return guarded
    }
}
