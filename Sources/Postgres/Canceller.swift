internal import CLibpq

/// Asks the server to stop what a session does.
///
/// Owned by whoever made it, and apart from its connection, which may be closed while the request is under way. Nothing
/// changes in it after its initializer, and libpq lets any thread use it (manual, section 34.7): hence the unchecked
/// conformance. It is freed with the last reference.
final class Canceller: @unchecked Sendable {
    private let raw: OpaquePointer

    /// Nil where libpq has no memory, or the connection is not open.
    init?(_ connection: OpaquePointer) {
        guard let raw = PQgetCancel(connection) else { return nil }
        self.raw = raw
    }

    deinit { PQfreeCancel(raw) }

    /// Connects anew, asks, and waits until the server hangs up: blocking, on a thread that may. libpq 15 has no other way.
    ///
    /// When it returns true, the signal has been sent: it cannot meet a statement that is sent later.
    func cancel() -> Bool {
        var message = [CChar](repeating: 0, count: 256)
        return PQcancel(raw, &message, Int32(message.count)) == 1
    }
}
