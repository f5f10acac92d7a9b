/// A part of the data about a process, in editions from whole to nothing.
struct ContextPart {
    /// What it is called in its fence.
    let label: String
    /// Each shorter than the one before; an empty one leaves the part out.
    let editions: [DataFence]

    /// Parts about the process in the order in which they stand: what changes least comes first, so that prompt caches hit.
    static func parts(of input: ContextInput) -> [ContextPart] {
        [
            ContextPart(label: "name", editions: [TextCut.prefix(input.processName, bytes: 512)]),
            ContextPart(
                label: "description",
                editions: [input.description, TextCut.prefix(input.description, bytes: 600), ""]
            ),
            ContextPart(label: "program, with line numbers", cutting: numbered(input.code)),
            ContextPart(label: "document", cutting: input.document),
            ContextPart(
                label: "stable mapping: key, fact",
                lines: mappingLines(input.mapping),
                [400, 100, 30, 0]
            ),
            ContextPart(label: "versions, newest first", lines: input.versions, [20, 5, 0]),
            ContextPart(label: "findings of the rules", lines: input.findings.map(line), [50, 15, 0]),
            ContextPart(label: "in other processes of the organization", lines: input.reuse, [20, 5, 0]),
            ContextPart(
                label: "suggestions that were rated well",
                lines: input.rated.map(entry),
                [10, 3, 1, 0]
            ),
            ContextPart(label: "runs", lines: input.figures?.lines ?? [], [40, 8, 0]),
        ]
    }

    /// Parts that belong to the conversation, which stand behind those.
    static func parts(of turn: ContextTurn) -> [ContextPart] {
        [
            ContextPart(label: "what the client adds", lines: clientLines(turn.clientContext), [16, 0]),
            ContextPart(
                label: "summary of the conversation so far",
                editions: [turn.summary, TextCut.prefix(turn.summary, bytes: 1_000), ""]
            ),
        ]
    }

    private init(label: String, editions: [String]) {
        self.label = label
        self.editions = editions.map { DataFence(label: label, content: $0) }
    }

    /// Whole, then with its middle left out, down to a tenth, then nothing.
    private init(label: String, cutting text: String) {
        let size = text.utf8.count
        let cuts = [70, 45, 25, 10].map { TextCut.middleCut(text, bytes: size * $0 / 100) }
        self.init(label: label, editions: [text] + cuts + [""])
    }

    /// All lines, then at most so many.
    private init(label: String, lines: [String], _ counts: [Int]) {
        let all = lines.joined(separator: "\n")
        let cuts = counts.map { count in
            guard count > 0 else { return "" }
            guard lines.count > count else { return all }
            return (lines.prefix(count) + ["[… \(lines.count - count) more left out …]"]).joined(
                separator: "\n"
            )
        }
        self.init(label: label, editions: [all] + cuts)
    }

    private static func numbered(_ code: String) -> String {
        guard !code.isEmpty else { return "" }
        var result: [UInt8] = []
        for (index, line) in code.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if index > 0 { result.append(0x0A) }
            result += Array("\(index + 1)\t".utf8)
            result += line
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func mappingLines(_ mapping: [String: String]) -> [String] {
        mapping.sorted { $0.key < $1.key }.map {
            "\(TextCut.oneLine($0.key, bytes: 400)) = \(TextCut.oneLine($0.value, bytes: 200))"
        }
    }

    private static func clientLines(_ context: [String: String]) -> [String] {
        context.sorted { $0.key < $1.key }.map { "\(TextCut.oneLine($0.key, bytes: 200)): \($0.value)" }
    }

    private static func line(_ finding: Finding) -> String {
        let places = finding.evidence.prefix(5).filter { $0.line > 0 }.map { "\($0.line)" }.joined(
            separator: ", "
        )
        return
            "\(finding.severity.rawValue) \(finding.rule): \(finding.title)\(places.isEmpty ? "" : " (lines \(places))")"
    }

    private static func entry(_ suggestion: RatedSuggestion) -> String {
        let tenths = Int((suggestion.rating * 10).rounded())
        let place = suggestion.isOfProcess ? "this process" : "another process"
        let message = TextCut.oneLine(suggestion.message, bytes: 400)
        return "\(tenths / 10).\(tenths % 10) of 5, \(place). Asked: \(message)\nAnswered: "
            + TextCut.prefix(suggestion.answer, bytes: 1_500)
    }
}

extension ExecutionFigures {
    /// The figures as lines to read.
    var lines: [String] {
        var lines = [
            "\(Figure.plural(total.runs, "run")) from \(from) to \(to): " + ExecutionFigures.line(total)
        ]
        lines += versions.map {
            "version \($0.version): \(Figure.plural($0.runs, "run")), " + ExecutionFigures.line($0)
        }
        lines += errors.map {
            let place = $0.line > 0 ? "line \($0.line)" : "unknown line"
            return
                "failures: version \($0.version), \(place), \(TextCut.oneLine($0.type, bytes: 120)): \($0.count) times, last: "
                + TextCut.oneLine($0.lastMessage, bytes: 200)
        }
        lines += slowestActions.map {
            "action \(TextCut.oneLine($0.name, bytes: 120)): \(Figure.plural($0.calls, "call")), "
                + "\(Figure.duration($0.mean)) each, \(Figure.percent($0.failureRate)) failed"
        }
        return lines
    }

    private static func line(_ runs: RunFigures) -> String {
        "\(Figure.percent(runs.successRate)) succeeded, \(runs.failed) failed, \(runs.timedOut) timed out, "
            + "\(runs.cancelled) cancelled, p50 \(Figure.duration(runs.p50)), p95 \(Figure.duration(runs.p95))"
    }
}
