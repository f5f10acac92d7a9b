internal import GrimoireAPI
internal import SuggestionContent

/// What every prompt about one version of a process stands on: its content, its history, its runs and what was rated well. Made once
/// for all questions, so all of them have the same one, and no task that waits has room for its own.
final class ProcessContext: Sendable {
    let base: ContextBase
    private let input: ContextInput

    private init(_ input: ContextInput) {
        self.input = input
        base = ContextBase(input)
    }

    /// Costs milliseconds for large processes, so not on an event loop; less where little has changed.
    ///
    /// - Parameters:
    ///   - response: A whole context.
    ///   - previous: What was made of an earlier one of the same content.
    static func made(
        of response: Grimoire_V1_GetSuggestionContextResponse,
        after previous: ProcessContext?
    ) -> ProcessContext {
        var input = ContextInput(response)
        if let previous, previous.input.code == input.code, previous.input.version == input.version {
            input.findings = previous.input.findings
            if previous.input == input { return previous }
        } else {
            input.findings = ProgramFindings(of: input.code, version: input.version).all
        }
        return ProcessContext(input)
    }

    /// About what it takes in memory.
    var byteCount: Int {
        base.byteCount + input.code.utf8.count + input.document.utf8.count
            + input.rated.reduce(0) { $0 + $1.message.utf8.count + $1.answer.utf8.count }
    }
}
