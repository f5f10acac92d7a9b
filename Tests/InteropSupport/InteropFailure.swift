internal import GRPCCore

/// A case that did not go as gRPC's descriptions say.
public struct InteropFailure: Error, CustomStringConvertible {
    /// What was expected and what came.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws what went wrong where `condition` is false.
func check(_ condition: Bool, _ expectation: @autoclosure () -> String) throws {
    if !condition { throw InteropFailure(expectation()) }
}

/// Runs a call that must fail with `code`, and returns its error.
@discardableResult
func expectFailure(_ code: RPCError.Code, _ call: () async throws -> Void) async throws -> RPCError {
    do {
        try await call()
    } catch let error as RPCError {
        try check(
            error.code == code,
            "expected \(code), got \(error.code): \(error.message) (\(error.cause.map { "\($0)" } ?? "no cause"))"
        )
        return error
    } catch let error as InteropFailure {
        throw error
    } catch {
        throw InteropFailure("expected an RPCError with \(code), got \(type(of: error)): \(error)")
    }
    throw InteropFailure("expected \(code), the call succeeded")
}
