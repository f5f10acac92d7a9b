/// The prompts of this version of Grimoire: files of the folder `Prompts`, compiled in.
///
/// A prompt that says something else gets a new file with the next version; the tests keep each one's hash.
public enum PromptLibrary {
    /// Rules of a chat. ``SuggestionType`` says its task.
    public static let chatSystem = load("chat-system", PackageResources.chat_system_v1_prompt)
    /// Rules of analyses, insights and plans.
    public static let reportSystem = load("report-system", PackageResources.report_system_v1_prompt)
    /// What goes before the data about a process.
    public static let context = load("context", PackageResources.context_v1_prompt)
    /// Asks for a section of an analysis.
    public static let analysis = load("analysis", PackageResources.analysis_v1_prompt)
    /// Asks for a section of insights.
    public static let insights = load("insights", PackageResources.insights_v1_prompt)
    /// Asks for a plan.
    public static let plan = load("plan", PackageResources.plan_v1_prompt)
    /// Asks for a process document.
    public static let documentation = load("documentation", PackageResources.documentation_v1_prompt)
    /// Rules for shortening a conversation.
    public static let compaction = load("compaction", PackageResources.compaction_v1_prompt)

    /// All of them.
    public static let all = [
        chatSystem, reportSystem, context, analysis, insights, plan, documentation, compaction,
    ]

    /// The files are part of the program and tested with it: one that cannot be read is a broken build.
    private static func load(_ name: String, _ bytes: [UInt8]) -> PromptTemplate {
        do {
            return try PromptTemplate(name: name, version: 1, text: String(decoding: bytes, as: UTF8.self))
        } catch {
            preconditionFailure("The prompt \(name) is malformed: \(error)")
        }
    }
}
