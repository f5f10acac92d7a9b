/// One place that an exception went through.
public struct TracebackEntry: Hashable, Sendable {
    /// The line, counted from 1.
    public let line: Int
    /// The function, `<module>` outside of functions.
    public let function: String
}
