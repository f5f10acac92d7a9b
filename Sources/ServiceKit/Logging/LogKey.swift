/// The keys of log metadata: one word per idea, everywhere.
public enum LogKey {
    /// A gRPC method, `service/method`.
    public static let method = "method"
    /// Why something failed.
    public static let cause = "cause"
    /// Where a service listens.
    public static let address = "address"
    /// The number of something that the message names.
    public static let count = "count"
    /// A process's ID.
    public static let process = "process"
}
