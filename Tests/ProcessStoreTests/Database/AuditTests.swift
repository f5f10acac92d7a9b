import Foundation
import GRPCCore
import GRPCProtobuf
import Logging
import Postgres
import ServiceKit
import Testing

@testable import ProcessStore

@Suite struct AuditTests {
    private func rows(_ fixture: Fixture) async throws -> [String] {
        let result = try await fixture.asOwner(
            """
            SELECT concat_ws(' ', method, outcome, version_number, trace_id) AS row FROM audit_log
            WHERE organization_id = '\(fixture.organization)' ORDER BY 1
            """
        )[0]
        return try result.rows.map { try $0.decode("row") }
    }

    /// A call through the interceptor, whose handler does `body`.
    private func call(
        _ fixture: Fixture,
        _ trail: AuditTrail,
        _ method: String,
        _ body: @escaping @Sendable (CallContext) throws -> Void
    ) async throws {
        let caller = Caller(userID: fixture.user, organizationID: fixture.organization, roles: [.viewer])
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        try await Caller.$current.withValue(caller) {
            try await withServerContextRPCCancellationHandle { handle in
                let context = ServerContext(
                    descriptor: MethodDescriptor(fullyQualifiedService: "s", method: method),
                    remotePeer: "in-process:test",
                    localPeer: "in-process:test",
                    cancellation: handle
                )
                let request = StreamingServerRequest<Int>(
                    metadata: ["traceparent": "\(trace)"],
                    messages: RPCAsyncSequence(wrapping: AsyncThrowingStream<Int, any Error> { $0.finish() })
                )
                _ = try await CallContextInterceptor(trail: trail)
                    .intercept(request: request, context: context) { _, _ -> StreamingServerResponse<Int> in
                        try body(try #require(CallContext.current))
                        return StreamingServerResponse { _ in [:] }
                    }
            }
        }
    }

    @Test func everyCallThatDoesNotRecordItselfBecomesARowWithItsOutcome() async throws {
        try await Fixture.with { fixture in
            let trail = AuditTrail(store: fixture.store, loops: fixture.loops, logger: Logger(label: "test"))
            try await call(fixture, trail, "Read") { $0.note(process: UUID(), version: 3) }
            try await call(fixture, trail, "Write") { $0.noteRecorded() }
            await #expect(throws: ServiceError.self) {
                try await call(fixture, trail, "Refused") { _ in throw ServiceError.permissionDenied("no") }
            }
            await #expect(throws: GoogleRPCStatus.self) {
                try await call(fixture, trail, "Invalid") { _ in
                    throw GoogleRPCStatus(code: .invalidArgument, message: "no", details: [])
                }
            }
            await #expect(throws: CancellationError.self) {
                try await call(fixture, trail, "Left") { _ in throw CancellationError() }
            }
            // Nobody knows whose this is; it is kept all the same.
            await trail.note(
                AuditRecord(organization: nil, user: nil, method: "Unknown", outcome: "UNAUTHENTICATED")
            )
            await trail.flush()
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            #expect(
                try await rows(fixture) == [
                    "Invalid INVALID_ARGUMENT \(trace)", "Left CANCELLED \(trace)", "Read OK 3 \(trace)",
                    "Refused PERMISSION_DENIED \(trace)",
                ]
            )
            let unknown = try await fixture.asOwner(
                "SELECT count(*) AS count FROM audit_log WHERE user_id IS NULL"
            )[0]
            #expect(try unknown.first?.decode("count", as: Int64.self) == 1)
        }
    }

    @Test func rowsWaitWhileTheyCannotBeWritten() async throws {
        try await Fixture.with { fixture in
            let trail = AuditTrail(store: fixture.store, loops: fixture.loops, logger: Logger(label: "test"))
            try await fixture.asOwner("ALTER TABLE audit_log RENAME TO elsewhere")
            try await call(fixture, trail, "Read") { _ in }
            await trail.flush()
            try await fixture.asOwner("ALTER TABLE elsewhere RENAME TO audit_log")
            #expect(try await rows(fixture) == [])
            await trail.flush()
            #expect(try await rows(fixture).count == 1)
        }
    }
}
