/// A statement and its parameters.
public struct PostgresStatement: Sendable, Equatable {
    /// One SQL statement with `$1`, `$2`, … for the parameters. It is prepared once per connection, by its text.
    public let sql: String
    /// One value for each of `$1`, `$2`, …
    public let parameters: [PostgresParameter]

    /// A statement.
    public init(_ sql: String, _ parameters: [PostgresParameter] = []) {
        self.sql = sql
        self.parameters = parameters
    }
}
