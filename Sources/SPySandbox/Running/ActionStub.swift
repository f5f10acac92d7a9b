/// What stands in for a name that a program does not define and the run-time would provide.
///
/// Values are given as JSON texts.
public enum ActionStub: Hashable, Sendable {
    /// The name is a value, not a function.
    case value(String)
    /// Every call returns this value.
    case returns(String)
    /// Each call returns the next of these values, the last one again and again.
    case returnsInTurn([String])
    /// Every call raises an exception of this type.
    case raises(type: String, message: String)
}

/// One call of an action.
public struct ActionCall: Hashable, Sendable {
    /// The action's name, dotted where the program reached it through attributes.
    public let name: String
    /// The positional arguments as JSON texts.
    public let arguments: [String]
    /// The named arguments, in the order given, with their values as JSON texts.
    public let keywords: [Keyword]
    /// The line of the call, counted from 1.
    public let line: Int

    /// A named argument.
    public struct Keyword: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value as a JSON text.
        public let value: String
    }
}
