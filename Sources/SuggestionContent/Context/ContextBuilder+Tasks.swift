extension ContextBuilder {
    /// The most findings that a model is asked for, per section.
    public static let askedFindings = 12
    /// The most steps that a model is asked for.
    public static let askedSteps = 12

    static func system(_ task: PromptTask) -> String {
        switch task {
        case .chat(let type): rendered(PromptLibrary.chatSystem, ["task": type.task])
        case .documentation:
            rendered(PromptLibrary.chatSystem, ["task": "Your task: write the document of the process."])
        case .analysis, .insights, .plan: rendered(PromptLibrary.reportSystem)
        }
    }

    /// What is asked now, and a goal as data.
    static func request(
        _ task: PromptTask,
        _ message: String,
        _ figures: ExecutionFigures?,
        _ redactor: inout Redactor
    ) -> (String, String) {
        let limit = String(askedFindings)
        switch task {
        case .chat: return (message, "")
        case .analysis(let section):
            let values = ["section": section.rawValue, "meaning": section.meaning, "limit": limit]
            return (rendered(PromptLibrary.analysis, values), "")
        case .insights(let section):
            let values = [
                "section": section.rawValue, "meaning": section.meaning, "limit": limit,
                "runs": String(figures?.total.runs ?? 0), "from": date(figures?.from),
                "to": date(figures?.to),
            ]
            return (rendered(PromptLibrary.insights, values), "")
        case .plan(let goal):
            let clean = redactor.redact(UntrustedText.plain(goal)).text
            return (rendered(PromptLibrary.plan, ["limit": limit, "steps": String(askedSteps)]), clean)
        case .documentation: return (rendered(PromptLibrary.documentation), "")
        }
    }

    /// Digits and what stands between them in dates.
    private static func date(_ text: String?) -> String {
        let allowed = (text ?? "").utf8.prefix(40).filter {
            $0.isKind([.digit, .hyphen, .blank]) || ":TZ.+".utf8.contains($0)
        }
        return allowed.isEmpty ? "unknown" : String(decoding: allowed, as: UTF8.self)
    }

    /// The prompts and their values are both ours, and each is rendered by the tests.
    static func rendered(_ prompt: PromptTemplate, _ values: [String: String] = [:]) -> String {
        do {
            return try prompt.render(values)
        } catch {
            preconditionFailure("The prompt \(prompt.name) cannot be rendered: \(error)")
        }
    }

    /// What is about the process, without what must not leave.
    static func redacted(_ input: ContextInput, _ redactor: inout Redactor) -> ContextInput {
        var clean = input
        // Invisible characters first: one within an address would hide it from the redactor.
        func plain(_ text: String) -> String { redactor.redact(UntrustedText.plain(text)).text }
        clean.processName = plain(input.processName)
        clean.description = plain(input.description)
        clean.code = plain(input.code)
        clean.document = plain(input.document)
        clean.mapping = Dictionary(input.mapping.map { (plain($0.key), plain($0.value)) }) { first, _ in first
        }
        clean.versions = input.versions.map(plain)
        clean.findings = input.findings.map { finding in
            var copy = finding
            copy.title = plain(finding.title)
            copy.rule = plain(finding.rule)
            return copy
        }
        clean.reuse = input.reuse.map(plain)
        clean.rated = input.rated.map {
            RatedSuggestion(
                message: plain($0.message),
                answer: plain($0.answer),
                rating: $0.rating,
                isOfProcess: $0.isOfProcess
            )
        }
        if var figures = input.figures {
            figures.from = date(figures.from)
            figures.to = date(figures.to)
            for index in figures.errors.indices {
                figures.errors[index].lastMessage = plain(figures.errors[index].lastMessage)
                figures.errors[index].type = plain(figures.errors[index].type)
            }
            for index in figures.slowestActions.indices {
                figures.slowestActions[index].name = plain(figures.slowestActions[index].name)
            }
            clean.figures = figures
        }
        return clean
    }

    /// What belongs to the conversation, likewise.
    static func redacted(_ turn: ContextTurn, _ redactor: inout Redactor) -> ContextTurn {
        var clean = ContextTurn()
        func plain(_ text: String) -> String { redactor.redact(UntrustedText.plain(text)).text }
        clean.clientContext = Dictionary(turn.clientContext.map { (plain($0.key), plain($0.value)) }) {
            first,
            _ in first
        }
        clean.history = turn.history.map { Exchange(message: plain($0.message), answer: plain($0.answer)) }
        clean.summary = plain(turn.summary)
        clean.message = plain(turn.message)
        return clean
    }
}

extension AnalysisSection {
    /// What the section is about, for the model.
    var meaning: String {
        switch self {
        case .pattern:
            "How the process is built: order of steps, decisions and who takes them, exceptions and what undoes a step, steps "
                + "that document and program do not have in common."
        case .performance:
            "What costs time: waiting, actions called again and again or one by one, work that is done and not used."
        case .complexity: "What is hard to follow or to change, and what makes it so."
        case .dependency:
            "What the process needs of others: actions, systems, people; what happens where one is slow, changed or away."
        }
    }
}

extension InsightSection {
    /// What the section is about, for the model.
    var meaning: String {
        switch self {
        case .reliability: "How often runs succeed, over the versions, and what explains it."
        case .duration: "How long runs take, over the versions, and what explains it."
        case .failures: "Where and why runs fail: tie each kind of failure to its lines."
        case .actions: "Which actions take the time and which fail, and what the program could do about it."
        case .changes: "What changed between versions, and what it did to success and duration."
        }
    }
}
