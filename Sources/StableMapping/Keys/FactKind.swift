/// What sort of expression a fact is.
public enum FactKind: UInt8, Sendable, Hashable, CaseIterable {
    /// A name that is assigned: `session_token`.
    case name
    /// A call: `notify(user)`.
    case call
    /// A condition that decides once: of `if`, `elif`, `assert`, a conditional expression or the guard of a `case`.
    case condition
    /// The condition of a `while`.
    case loopCondition
    /// A value that is returned.
    case returned

    /// What stands before the expression in a key.
    public var prefix: String {
        switch self {
        case .name, .call: ""
        case .condition: "if "
        case .loopCondition: "while "
        case .returned: "return "
        }
    }
}
