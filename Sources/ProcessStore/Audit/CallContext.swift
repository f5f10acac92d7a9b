internal import FoundationEssentials
internal import Synchronization

/// What a call carries beside its request, and what it turns out to be about: for handlers and for the audit.
final class CallContext: Sendable {
    /// What the client sent as `idempotency-key`; nil where it sent none.
    let idempotencyKey: String?
    /// The trace of the metadata `traceparent` (W3C Trace Context).
    let traceID: String?

    /// What is known of the call so far.
    struct Subject: Sendable {
        var process: UUID?
        var version: Int32?
        /// The call's audit row is written with what it did.
        var isRecorded = false
    }

    private let state = Mutex(Subject())

    /// A call with this metadata.
    init(idempotencyKey: String? = nil, traceID: String? = nil) {
        self.idempotencyKey = idempotencyKey
        self.traceID = traceID
    }

    /// The context of the call that the current task serves.
    @TaskLocal static var current: CallContext?

    /// What is known now.
    var subject: Subject { state.withLock { $0 } }

    /// Notes what the call is about.
    func note(process: UUID? = nil, version: Int32? = nil) {
        state.withLock {
            if let process { $0.process = process }
            if let version, version > 0 { $0.version = version }
        }
    }

    /// Notes that the audit row is written.
    func noteRecorded() { state.withLock { $0.isRecorded = true } }

    /// The trace ID in a `traceparent`: `00-` 32 hexadecimal digits, a dash and more.
    static func traceID(in traceparent: String) -> String? {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[1].utf8.count == 32,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            parts[1].utf8.contains(where: { $0 != 48 })
        else { return nil }
        return String(parts[1])
    }
}
