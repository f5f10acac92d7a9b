extension PostgresTransaction {
    /// How a transaction is begun.
    public struct Options: Sendable {
        /// What it sees of others (PostgreSQL manual, section 13.2).
        public enum Isolation: String, Sendable {
            /// Each statement sees what was committed before it.
            case readCommitted = "READ COMMITTED"
            /// All statements see what was committed before the first.
            case repeatableRead = "REPEATABLE READ"
            /// As if transactions ran one after the other; some fail and are to be made again.
            case serializable = "SERIALIZABLE"
        }

        /// The server's default where it is nil.
        public var isolation: Isolation?
        /// Whether writes are refused.
        public var isReadOnly = false
        /// Statements that go out behind `BEGIN` and whose answers nobody wants, `set_config(…, true)` for instance.
        public var opening: [PostgresStatement] = []

        /// The defaults, or others.
        public init(
            isolation: Isolation? = nil,
            isReadOnly: Bool = false,
            opening: [PostgresStatement] = []
        ) {
            self.isolation = isolation
            self.isReadOnly = isReadOnly
            self.opening = opening
        }

        var begin: PostgresStatement {
            let isolation = isolation.map { " ISOLATION LEVEL \($0.rawValue)" } ?? ""
            return PostgresStatement("BEGIN\(isolation)\(isReadOnly ? " READ ONLY" : "")")
        }
    }
}
