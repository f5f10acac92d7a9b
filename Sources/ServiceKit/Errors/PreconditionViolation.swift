/// One thing that is in the way of a request.
public struct PreconditionViolation: Sendable, Equatable {
    /// What it is about, as a client writes it: `stable_mapping["x"]`.
    public let subject: String
    /// A sentence that says what is in the way.
    public let description: String

    /// A violation.
    public init(subject: String, description: String) {
        self.subject = subject
        self.description = description
    }
}
