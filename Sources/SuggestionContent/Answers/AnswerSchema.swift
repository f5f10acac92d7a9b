/// JSON schemas of what a model is asked to answer (JSON Schema 2020-12, within what providers' strict modes
/// take: every member is required, and no others are allowed).
public enum AnswerSchema {
    /// Of a section of an analysis and of insights.
    public static let section = object([("summary", string), ("findings", array(finding))])

    /// Of a plan.
    public static let plan = object([
        (
            "sections",
            array(
                object([
                    ("name", choice(PlanSection.allCases.map(\.rawValue))), ("summary", string),
                    ("findings", array(finding)),
                ])
            )
        ),
        ("steps", array(step)),
    ])

    /// The name of a schema in a request.
    public static func name(for task: PromptTask) -> String? {
        switch task {
        case .analysis, .insights: "report_section"
        case .plan: "improvement_plan"
        case .chat, .documentation: nil
        }
    }

    /// The schema that a task's answer has to follow; nothing for those that are text.
    public static func text(for task: PromptTask) -> String? {
        switch task {
        case .analysis, .insights: section
        case .plan: plan
        case .chat, .documentation: nil
        }
    }

    private static let string = #"{"type": "string"}"#
    private static let integer = #"{"type": "integer"}"#
    private static let evidence = object([("line", integer), ("end_line", integer), ("quote", string)])
    private static let finding = object([
        ("severity", choice(Finding.Severity.allCases.map(\.rawValue))),
        ("category", choice(SuggestionCategory.allCases.map(\.rawValue))), ("title", string),
        ("detail", string),
        ("recommendation", string), ("evidence", array(evidence)),
    ])
    private static let step = object([
        ("title", string), ("detail", string), ("effort", choice(PlanStep.Effort.allCases.map(\.rawValue))),
        ("benefit", string), ("rules", array(string)),
    ])

    private static func object(_ members: [(String, String)]) -> String {
        JSONText.object([
            ("type", JSONText.string("object")),
            ("properties", JSONText.object(members.map { ($0.0, $0.1) })),
            ("required", JSONText.strings(members.map(\.0))), ("additionalProperties", "false"),
        ])
    }

    private static func array(_ items: String) -> String { #"{"type": "array", "items": \#(items)}"# }

    private static func choice(_ values: [String]) -> String {
        #"{"type": "string", "enum": \#(JSONText.strings(values))}"#
    }
}
