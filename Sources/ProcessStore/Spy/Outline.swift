internal import SPyAnalysis

/// An English outline of SPy code, for processes that nobody has described: what it defines, calls and decides.
enum Outline {
    /// Functions that are listed.
    private static let functionLimit = 200
    /// Names that are listed in one place.
    private static let nameLimit = 50
    /// Characters of a name that are shown.
    private static let nameCharacters = 100

    /// A document with the outline, marked as derived.
    static func document(of analysis: Analysis) -> ProcessContent.Document {
        ProcessContent.Document(
            format: "text/markdown",
            text: text(of: analysis),
            attributes: [:],
            isDerived: true
        )
    }

    private static func text(of analysis: Analysis) -> String {
        var lines = ["# Outline", "", "Derived from the SPy code; no specification has been written yet."]
        if !analysis.functions.isEmpty {
            lines += ["", "## Steps", ""]
            for (index, function) in analysis.functions.prefix(functionLimit).enumerated() {
                lines.append("\(index + 1). \(sentence(of: function, analysis))")
            }
            if analysis.functions.count > functionLimit {
                lines += ["", "\(analysis.functions.count - functionLimit) more functions are left out."]
            }
        }
        if !analysis.actions.isEmpty {
            lines += ["", "## Actions", ""]
            lines += analysis.actions.prefix(nameLimit).map { action in
                "- \(quoted(action.name)), \(count(action.calls.count, "call"))"
            }
        }
        if !analysis.modules.isEmpty {
            lines += ["", "## Modules", "", list(analysis.modules.map(\.name)) + "."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func sentence(of function: FunctionReport, _ analysis: Analysis) -> String {
        let parameters = function.parameters.prefix(nameLimit).map(short).joined(separator: ", ")
        let head = "`\(short(function.path))(\(parameters))`"
        var parts = ["\(head): \(count(function.statementCount, "statement"))"]
        let ways = function.cyclomaticComplexity - 1
        if ways > 0 { parts.append(count(ways, "decision")) }
        let callees = analysis.calls.filter { $0.caller == function.path }.compactMap { call -> String? in
            switch call.callee {
            case .function(let path): path
            case .action(let name): name
            case .builtin, .member: nil
            }
        }
        if !callees.isEmpty { parts.append("calls \(list(callees))") }
        return parts.joined(separator: ", ") + "."
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(nameLimit).map(quoted).joined(separator: ", ")
        return names.count > nameLimit ? shown + " and others" : shown
    }

    private static func quoted(_ name: String) -> String { "`\(short(name))`" }

    private static func short(_ name: String) -> String {
        let start = name.prefix(nameCharacters)
        return start.endIndex == name.endIndex ? name : start + "…"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}
