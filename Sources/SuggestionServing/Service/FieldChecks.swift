internal import FoundationEssentials
internal import ServiceKit

/// What is wrong with a request's fields, gathered, so that a client is told all of it.
struct FieldChecks {
    private(set) var violations: [FieldViolation] = []

    /// A field is wrong.
    mutating func add(_ field: String, _ description: String, _ reason: String) {
        violations.append(FieldViolation(field, description, reason: reason))
    }

    /// The ID in a field that is required.
    mutating func uuid(_ text: String, _ field: String) -> UUID? {
        if let id = UUID(text: text) { return id }
        if text.isEmpty {
            add(field, "is required: give a UUID.", "REQUIRED")
        } else {
            add(field, "must be a UUID such as 123e4567-e89b-12d3-a456-426614174000.", "INVALID_UUID")
        }
        return nil
    }

    /// A text of so many characters at most, without U+0000.
    mutating func text(_ text: String, _ field: String, most: Int) {
        noNUL(text, field)
        let count = text.unicodeScalars.count
        guard count > most else { return }
        add(field, "must have at most \(most) characters; it has \(count).", "TOO_LONG")
    }

    /// U+0000 is not stored by PostgreSQL, so that what has it could not be recorded.
    mutating func noNUL(_ text: String, _ field: String) {
        if text.utf8.contains(0) { add(field, "must not contain U+0000.", "INVALID_CHARACTER") }
    }

    /// The whole number in a text, where there is one.
    mutating func number(_ text: String?, _ field: String, from least: Int64) -> Int64? {
        guard let text else { return nil }
        if let number = Int64(text), number >= least { return number }
        add(field, "must be a whole number, \(least) or more.", "OUT_OF_RANGE")
        return nil
    }

    /// What a word stands for, where there is one.
    mutating func word<Value>(_ text: String?, _ field: String, _ read: (String) -> Value?) -> Value? {
        guard let text else { return nil }
        if let value = read(text) { return value }
        add(field, "has a value that is not known.", "UNKNOWN_VALUE")
        return nil
    }

    /// A version's number; 0 is the latest.
    mutating func version(_ number: Int32, _ field: String = "version") {
        if number < 0 { add(field, "must be 1 or more, or absent for the latest.", "OUT_OF_RANGE") }
    }

    /// A value that stands only where nothing is wrong.
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) where something is.
    func passed<Value>(_ value: Value) throws(ServiceError) -> Value {
        guard violations.isEmpty else { throw .invalid(violations) }
        return value
    }
}
