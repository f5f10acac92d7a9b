internal import Postgres
public import ServiceKit

extension ProcessStore {
    /// Whether the Process Database answers, for `/readyz`.
    public var readinessCheck: ReadinessCheck {
        ReadinessCheck("database") {
            _ = try await pool.pipeline([PostgresStatement("SELECT 1")], timeout: .seconds(1))
        }
    }
}
