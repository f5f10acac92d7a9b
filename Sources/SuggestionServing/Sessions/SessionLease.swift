internal import Synchronization

/// A replica's right to answer in a session, for one answer.
final class SessionLease: Sendable {
    let key: SessionKey
    /// Of this lease alone.
    let token: String
    /// The last number that was set aside for it.
    let reserved: Int64
    private let lost = Atomic(false)

    init(_ key: SessionKey, token: String, reserved: Int64) {
        self.key = key
        self.token = token
        self.reserved = reserved
    }

    /// Whether another replica has taken over.
    var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Another replica has taken over.
    func lose() { lost.store(true, ordering: .relaxed) }
}
