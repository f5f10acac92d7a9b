internal import SPyAnalysis
internal import SPySyntax

/// `grimoire spy parse`, `check` and `analyze`: the same steps for each of many files, one at a time.
public struct FileCommand {
    /// What is wanted of each file.
    public enum Purpose: Sendable {
        /// Syntax alone.
        case parse
        /// All rules.
        case check
        /// All rules, and what is known of the program.
        case analyze
    }

    /// Status of a call in which all is well.
    public static let allWell: Int32 = 0
    /// Status of a call in which a program was refused.
    public static let refused: Int32 = 1
    /// Status of a call in which a file could not be read.
    public static let unreadable: Int32 = 2

    private let purpose: Purpose
    private let isJSON: Bool
    private let style: Style
    private let read: (String) throws(SourceFile.Failure) -> [UInt8]
    private let write: (String) -> Void
    private let complain: (String) -> Void

    /// A command with its surroundings; `write` and `complain` get whole lines.
    public init(
        _ purpose: Purpose,
        isJSON: Bool,
        style: Style,
        read: @escaping (String) throws(SourceFile.Failure) -> [UInt8] = SourceFile.read,
        write: @escaping (String) -> Void,
        complain: @escaping (String) -> Void
    ) {
        self.purpose = purpose
        self.isJSON = isJSON
        self.style = style
        self.read = read
        self.write = write
        self.complain = complain
    }

    /// Handles the files in order, and says with which status to exit.
    public func run(_ paths: [String]) -> Int32 {
        var tally = Tally()
        for path in paths { handle(path, &tally) }
        if !isJSON { complain(tally.sentence + "\n") }
        return tally.status
    }

    private func handle(_ path: String, _ tally: inout Tally) {
        tally.files += 1
        let bytes: [UInt8]
        do {
            bytes = try read(path)
        } catch {
            tally.unreadable += 1
            complain("\(Excerpt.printable(path)): \(error.message)\n")
            if isJSON { write(unreadable(path, error.message).line + "\n") }
            return
        }
        if purpose == .parse {
            let parsed = parse(bytes)
            report(path, parsed.source, parsed.diagnostics, analysis: nil, &tally)
        } else {
            let analysis = analyze(bytes)
            report(path, analysis.source, analysis.diagnostics, analysis: analysis, &tally)
        }
    }

    private func report(
        _ path: String,
        _ source: SourceText,
        _ diagnostics: [Diagnostic],
        analysis: Analysis?,
        _ tally: inout Tally
    ) {
        tally.add(diagnostics)
        let located = LocatedDiagnostic.locate(diagnostics, in: source)
        if isJSON {
            var members: [(String, JSON)] = [
                ("path", .string(path)),
                ("ok", .boolean(!diagnostics.contains { $0.severity == .error })),
                ("diagnostics", .array(located.map(\.json))),
            ]
            if purpose == .analyze, let analysis { members.append(("analysis", analysis.json)) }
            write(JSON.object(members).line + "\n")
            return
        }
        let excerpt = Excerpt(source: source, path: path == "-" ? "standard input" : path, style: style)
        for diagnostic in located { write(excerpt.text(diagnostic)) }
        if purpose == .analyze, let analysis { write(AnalysisText(analysis, path: excerpt.path, style).text) }
    }

    private func unreadable(_ path: String, _ message: String) -> JSON {
        .object([
            ("path", .string(path)), ("ok", .boolean(false)), ("diagnostics", .array([])),
            ("error", .string(message)),
        ])
    }
}

/// Counts over all files of a call.
struct Tally {
    var files = 0
    var unreadable = 0
    private var refused = 0
    private var errors = 0
    private var warnings = 0

    mutating func add(_ diagnostics: [Diagnostic]) {
        let count = diagnostics.count { $0.severity == .error }
        errors += count
        warnings += diagnostics.count - count
        if count > 0 { refused += 1 }
    }

    var status: Int32 {
        unreadable > 0 ? FileCommand.unreadable : refused > 0 ? FileCommand.refused : FileCommand.allWell
    }

    var sentence: String {
        var parts = [Tally.count(files, "file")]
        if errors > 0 { parts.append("\(Tally.count(errors, "error")) in \(refused)") }
        if warnings > 0 { parts.append(Tally.count(warnings, "warning")) }
        if unreadable > 0 { parts.append("\(unreadable) unreadable") }
        return parts.joined(separator: ", ") + (status == FileCommand.allWell ? ": all well" : "")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
