/// The keys of log metadata: one word per idea, everywhere.
public enum LogKey {
    /// A gRPC method, `service/method`.
    public static let method = "method"
    /// A gRPC code, `NOT_FOUND`.
    public static let code = "code"
    /// How long something took.
    public static let milliseconds = "milliseconds"
    /// The trace that a call belongs to.
    public static let trace = "trace_id"
    /// Who makes a call: an ID.
    public static let user = "user"
    /// Whose data a call is about: an ID.
    public static let organization = "organization"
    /// A version's number.
    public static let version = "version"
    /// A part that a service needs, such as its database.
    public static let part = "part"
    /// Why something failed.
    public static let cause = "cause"
    /// Where a service listens.
    public static let address = "address"
    /// The number of something that the message names.
    public static let count = "count"
    /// A process's ID.
    public static let process = "process"
}
