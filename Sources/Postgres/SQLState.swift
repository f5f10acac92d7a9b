extension PostgresError {
    /// The five characters by which PostgreSQL names a condition (manual, appendix A).
    public struct SQLState: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The five characters.
        public let rawValue: String

        /// From five characters.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// From five characters.
        public init(stringLiteral value: String) { rawValue = value }

        /// The first two characters, which say what kind of condition it is.
        public var conditionClass: Substring { rawValue.prefix(2) }
    }
}

extension PostgresError.SQLState {
    /// A value that must be unique is there already.
    public static let uniqueViolation: Self = "23505"
    /// A row refers to one that is not there, or is referred to.
    public static let foreignKeyViolation: Self = "23503"
    /// A value fails a CHECK.
    public static let checkViolation: Self = "23514"
    /// A NULL where there must be none.
    public static let notNullViolation: Self = "23502"
    /// Two transactions cannot both have been first.
    public static let serializationFailure: Self = "40001"
    /// Two transactions wait for each other.
    public static let deadlockDetected: Self = "40P01"
    /// A lock that was not to be waited for is taken.
    public static let lockNotAvailable: Self = "55P03"
    /// A cancel request, or the server's own statement_timeout.
    public static let queryCanceled: Self = "57014"
    /// A write where only reads are allowed: a standby, or a READ ONLY transaction.
    public static let readOnlyTransaction: Self = "25006"
    /// A statement after one that failed, in the same transaction.
    public static let inFailedTransaction: Self = "25P02"
    /// The prepared statement is not there: someone else deallocated it, or another server answers.
    static let noSuchStatement: Self = "26000"
    /// Among others: a prepared statement's plan no longer returns the columns that it did.
    static let featureNotSupported: Self = "0A000"

    /// Whether the same may succeed a little later, nothing having been done.
    var isTransient: Bool {
        switch rawValue {
        case "40001", "40P01", "55P03", "25006", "26000": true
        // A server that is full, starting, or stopping.
        case "53300", "57P01", "57P02", "57P03": true
        default: false
        }
    }

    var advice: String {
        switch rawValue {
        case "57014": "The server stopped it: allow more time, or look for locks or a slow plan."
        case "25006": "Only reads are allowed here: connect to the primary, or do not begin READ ONLY."
        case "53300": "Raise max_connections, or give the pools fewer connections."
        case "42501": "Grant the role what it needs, or connect as another one."
        case "22P05", "22021": "The text holds a character that the database cannot store."
        default: adviceForClass
        }
    }

    private var adviceForClass: String {
        switch conditionClass {
        case "22": "Correct the values."
        case "23": "A constraint stands against these values: change them, or what is stored."
        case "25", "40": "Make the whole transaction again."
        case "42": "Correct the statement, or apply the migrations it needs."
        case "53": "The server is out of a resource: free some, or try later."
        case "57": "The server is stopping or starting: try again in a moment."
        default: "See the server's log."
        }
    }
}

extension PostgresError.SQLState: CustomStringConvertible {
    /// The five characters.
    public var description: String { rawValue }
}
