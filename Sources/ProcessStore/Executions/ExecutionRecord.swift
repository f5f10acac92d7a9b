/// One run as it goes to the database: the JSON of `Queries.record`.
struct ExecutionRecord: Sendable, Encodable {
    let id: String
    let version: Int32
    /// Microseconds since 1970.
    let started: Int64
    /// Microseconds.
    let duration: Int64
    let outcome: String
    let errorType: String?
    let errorLine: Int32?
    let errorMessage: String?
    let actions: [Action]

    private enum CodingKeys: String, CodingKey {
        case id, version, started, duration, outcome, actions
        case errorType = "error_type"
        case errorLine = "error_line"
        case errorMessage = "error_message"
    }

    /// All calls of one action within the run.
    struct Action: Sendable, Encodable {
        let name: String
        let calls: Int32
        let failures: Int32
        /// Microseconds.
        let duration: Int64

        /// This action's calls and more of them.
        func merged(with more: Action) -> Action {
            Action(
                name: name,
                calls: Int32(clamping: Int64(calls) + Int64(more.calls)),
                failures: Int32(clamping: Int64(failures) + Int64(more.failures)),
                duration: duration + more.duration
            )
        }
    }

    /// How a run ends.
    static let outcomes = ["succeeded", "failed", "timed_out", "cancelled"]
}
