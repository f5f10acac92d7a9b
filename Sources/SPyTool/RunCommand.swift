internal import SPyAnalysis
internal import SPySandbox
internal import SPySyntax

/// `grimoire spy run`: runs one program in the sandbox.
public struct RunCommand {
    /// What is to be run.
    public struct Request: Sendable {
        /// The file; `-` is standard input.
        public var path: String
        /// A function to call after the module has run.
        public var function: String?
        /// Its arguments: a JSON array by position, a JSON object by name.
        public var arguments: String
        /// The budget of steps; nothing for the usual one.
        public var steps: Int?
        /// What actions return, as JSON by name; the others return nothing.
        public var answers: [String: String]

        /// A run of a file.
        public init(
            path: String,
            function: String? = nil,
            arguments: String = "[]",
            steps: Int? = nil,
            answers: [String: String] = [:]
        ) {
            self.path = path
            self.function = function
            self.arguments = arguments
            self.steps = steps
            self.answers = answers
        }
    }

    private let isJSON: Bool
    private let style: Style
    private let read: (String) throws(SourceFile.Failure) -> [UInt8]
    private let write: (String) -> Void
    private let complain: (String) -> Void

    /// A command with its surroundings; `write` and `complain` get whole lines.
    public init(
        isJSON: Bool,
        style: Style,
        read: @escaping (String) throws(SourceFile.Failure) -> [UInt8] = SourceFile.read,
        write: @escaping (String) -> Void,
        complain: @escaping (String) -> Void
    ) {
        self.isJSON = isJSON
        self.style = style
        self.read = read
        self.write = write
        self.complain = complain
    }

    /// Runs the program if no rule refuses it, and says with which status to exit.
    public func run(_ request: Request) -> Int32 {
        let bytes: [UInt8]
        do {
            bytes = try read(request.path)
        } catch {
            complain("\(Excerpt.printable(request.path)): \(error.message)\n")
            if isJSON { write(failure("Unreadable", error.message, line: nil).line + "\n") }
            return FileCommand.unreadable
        }
        guard bytes.count <= Limits.sourceBytes else { return refuse(analyze(bytes), request) }
        let parsed = parse(bytes)
        let analysis = analyze(parsed)
        guard analysis.isAccepted else { return refuse(analysis, request) }
        var sandbox = Sandbox()
        if let steps = request.steps { sandbox.limits.steps = steps }
        sandbox.actions = request.answers.mapValues(ActionStub.returns)
        sandbox.otherActions = .returns("null")
        let call = request.function.map { Sandbox.Call($0, arguments: request.arguments) }
        let outcome = sandbox.run(parsed, calling: call)
        if isJSON {
            write(outcome.json.line + "\n")
        } else {
            show(outcome, parsed.source, request)
        }
        return outcome.isSuccess ? FileCommand.allWell : FileCommand.refused
    }

    private func refuse(_ analysis: Analysis, _ request: Request) -> Int32 {
        let errors = analysis.diagnostics.filter { $0.severity == .error }
        let located = LocatedDiagnostic.locate(errors, in: analysis.source)
        if isJSON, let first = located.first {
            let type = first.diagnostic.rule.rawValue.hasPrefix("SPY-S") ? "SyntaxError" : "Refused"
            let message = "\(first.diagnostic.rule): \(first.diagnostic.message)"
            write(failure(type, message, line: first.start.line).line + "\n")
        } else {
            let excerpt = Excerpt(source: analysis.source, path: shownPath(request), style: style)
            for diagnostic in located { complain(excerpt.text(diagnostic)) }
        }
        return FileCommand.refused
    }

    private func failure(_ type: String, _ message: String, line: Int?) -> JSON {
        .object([
            ("ok", .boolean(false)), ("result", .null), ("output", .string("")),
            ("error", JSON.failure(type, message, line: line)), ("actions", .array([])),
            ("steps", .integer(0)),
        ])
    }

    private func shownPath(_ request: Request) -> String {
        request.path == "-" ? "standard input" : Excerpt.printable(request.path)
    }

    /// The program's output as it is, then what is known of the run on standard error and the result.
    private func show(_ outcome: Outcome, _ source: SourceText, _ request: Request) {
        write(outcome.output)
        for action in outcome.actions {
            complain(style.paint("action ", .dim) + Excerpt.printable(action.text) + " line \(action.line)\n")
        }
        if let error = outcome.error {
            for entry in error.traceback {
                complain("  \(shownPath(request)):\(entry.line) in \(entry.function)\n")
                let line = source.line(entry.line).drop { $0 == " " || $0 == "\t" }.prefix(Excerpt.widest)
                complain("    \(Excerpt.printable(String(line)))\n")
            }
            let message = error.message.isEmpty ? "" : ": \(Excerpt.printable(error.message))"
            complain(style.paint(error.type, .red) + message + "\n")
        } else if request.function != nil, let result = outcome.result {
            write(result.repr + "\n")
        }
        complain(style.paint("\(outcome.steps) steps", .dim) + "\n")
    }
}

extension ActionCall {
    /// The call as it could be written.
    var text: String {
        let parts = arguments + keywords.map { "\($0.name)=\($0.value)" }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }
}

extension JSON {
    static func failure(_ type: String, _ message: String, line: Int?) -> JSON {
        .object([
            ("type", .string(type)), ("message", .string(message)), ("line", line.map(JSON.integer) ?? .null),
        ])
    }
}

extension Outcome {
    var json: JSON {
        .object([
            ("ok", .boolean(isSuccess)),
            ("result", result.map { .text($0.json) } ?? .null),
            ("output", .string(output)),
            ("error", error.map { JSON.failure($0.type, $0.message, line: $0.line) } ?? .null),
            ("actions", .array(actions.map(\.json))),
            ("steps", .integer(steps)),
        ])
    }
}

extension ActionCall {
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)),
            ("arguments", .array(arguments.map(JSON.text))),
            ("keywords", .object(keywords.map { ($0.name, .text($0.value)) })),
            ("line", .integer(line)),
        ])
    }
}
