/// What is wrong with one field of a request (google.rpc.BadRequest.FieldViolation).
public struct FieldViolation: Sendable, Equatable {
    /// The field's path as the client wrote it: `process_document.text`, `stable_mapping["x"]`.
    public let field: String
    /// What is wrong and what is allowed: a sentence that goes on after the field's name.
    public let description: String
    /// The same for programs: capital letters and underscores.
    public let reason: String

    /// A violation.
    public init(_ field: String, _ description: String, reason: String) {
        self.field = field
        self.description = description
        self.reason = reason
    }
}
