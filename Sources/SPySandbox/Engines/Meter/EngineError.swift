/// Why an engine did not give an answer.
enum EngineError: Error, Equatable, Sendable {
    /// The exception that CPython raises here, for the program to catch.
    case raised(Exception)
    /// A budget of the run is spent; the program cannot catch this.
    case budgetExceeded(BudgetExceeded)
    /// The run was stopped from outside; the program cannot catch this.
    case stopped

    /// A Python exception by the name of its class, with its message as `str(exception)` gives it.
    struct Exception: Equatable, Sendable {
        /// The class as a program names it: `ValueError`, `re.error`, `decimal.InvalidOperation`.
        var type: String
        var message: String
        /// Where in the input, for the exceptions that have a position (`re.error`, `json.JSONDecodeError`).
        var position: Int?
    }
}

/// A spent budget.
struct BudgetExceeded: Error, Equatable, Sendable {
    enum Budget: String, Sendable {
        case steps
        case memory
        case depth
        case output
        case integerSize = "integer size"
    }

    var budget: Budget
    /// What the run was allowed.
    var limit: Int
}

extension EngineError {
    static func raise(_ type: String, _ message: String, at position: Int? = nil) -> EngineError {
        .raised(Exception(type: type, message: message, position: position))
    }
    static func valueError(_ message: String) -> EngineError { .raise("ValueError", message) }
    static func typeError(_ message: String) -> EngineError { .raise("TypeError", message) }
    static func overflowError(_ message: String) -> EngineError { .raise("OverflowError", message) }
    static func zeroDivision(_ message: String) -> EngineError { .raise("ZeroDivisionError", message) }
    static func indexError(_ message: String) -> EngineError { .raise("IndexError", message) }
    static func keyError(_ message: String) -> EngineError { .raise("KeyError", message) }
}
