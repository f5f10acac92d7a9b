internal import SPyAnalysis
internal import SPySyntax

/// What an analysis says of a program, for people.
struct AnalysisText {
    private let analysis: Analysis
    private let path: String
    private let style: Style

    init(_ analysis: Analysis, path: String, _ style: Style) {
        self.analysis = analysis
        self.path = path
        self.style = style
    }

    var text: String {
        let size = analysis.size
        var lines = [
            style.paint(Excerpt.printable(path), .bold)
                + ": \(size.lines) lines, \(size.nodes) parts, nesting \(size.nesting)"
        ]
        lines += functions
        if !analysis.actions.isEmpty {
            lines.append("  actions: " + analysis.actions.map(\.name).joined(separator: ", "))
        }
        for module in analysis.modules {
            let members = module.members.isEmpty ? "" : ": " + module.members.joined(separator: ", ")
            lines.append("  module \(module.name)\(members)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var functions: [String] {
        guard !analysis.functions.isEmpty else { return [] }
        let names = analysis.functions.map { "\($0.path)(\($0.parameters.joined(separator: ", ")))" }
        let width = min(max(8, names.map(\.count).max() ?? 0), 48)
        let head = "  " + AnalysisText.pad("function", width) + "  line  cyclomatic  cognitive  calls"
        return [style.paint(head, .dim)]
            + zip(analysis.functions, names).map { function, name in
                let line = String(analysis.source.lineIndex(at: function.nameRange.start) + 1)
                let columns = [
                    AnalysisText.pad(line, -4), AnalysisText.pad(String(function.cyclomaticComplexity), -10),
                    AnalysisText.pad(String(function.cognitiveComplexity), -9),
                ]
                return "  " + AnalysisText.pad(name, width) + "  " + columns.joined(separator: "  ") + "  "
                    + callees(of: function)
            }
    }

    private func callees(of function: FunctionReport) -> String {
        let names = analysis.calls.filter { $0.caller == function.path }.compactMap { call in
            switch call.callee {
            case .function(let path): path
            case .action(let name): name
            case .member(let module, let name): "\(module).\(name)"
            case .builtin: nil
            }
        }
        return names.joined(separator: ", ")
    }

    /// Filled with blanks to a width; on the left where it is negative.
    private static func pad(_ text: String, _ width: Int) -> String {
        let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? blanks + text : text + blanks
    }
}
