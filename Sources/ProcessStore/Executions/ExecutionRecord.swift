/// One run as it goes to the database: the JSON of `Queries.record`.
struct ExecutionRecord: Sendable, Codable {
    let id: String
    let version: Int32
    /// Microseconds since 1970.
    let started: Int64
    /// Microseconds.
    let duration: Int64
    let outcome: String
    let error_type: String?
    let error_line: Int32?
    let error_message: String?
    let actions: [Action]

    /// All calls of one action within the run.
    struct Action: Sendable, Codable {
        let name: String
        let calls: Int32
        let failures: Int32
        /// Microseconds.
        let duration: Int64
    }

    /// How a run ends.
    static let outcomes = ["succeeded", "failed", "timed_out", "cancelled"]
}
