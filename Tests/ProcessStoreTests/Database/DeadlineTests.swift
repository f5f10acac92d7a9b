import GRPCCore
import GrimoireAPI
import Postgres
import Testing

@testable import ProcessStore
@testable import ServiceKit

/// The database takes no longer than the caller waits.
@Suite struct DeadlineTests {
    private func send(_ sql: String, deadline: ContinuousClock.Instant?, _ fixture: Fixture) async throws {
        let call = Call(
            method: Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
            trace: TraceContext(),
            deadline: deadline
        )
        try await Call.$current.withValue(call) {
            _ = try await fixture.store.translated { try await fixture.store.send([PostgresStatement(sql)]) }
        }
    }

    @Test func aStatementEndsWithItsCallersTime() async throws {
        try await Fixture.with { fixture in
            let error = await #expect(throws: ServiceError.self) {
                try await send("SELECT pg_sleep(3600)", deadline: .now + .milliseconds(200), fixture)
            }
            #expect(error?.rpcErrorCode == .deadlineExceeded)
            // Its connection, or another one, serves the next call.
            try await send("SELECT 1", deadline: nil, fixture)
        }
    }

    @Test func nothingIsAskedForACallerWhoseTimeIsOver() async throws {
        try await Fixture.with { fixture in
            let error = await #expect(throws: ServiceError.self) {
                try await send("SELECT 1", deadline: .now - .seconds(1), fixture)
            }
            #expect(error?.rpcErrorCode == .deadlineExceeded)
        }
    }
}
