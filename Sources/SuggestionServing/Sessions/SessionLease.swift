internal import Synchronization

/// Who has answered in a session last, as Redis says.
enum Predecessor: Sendable, Equatable {
    /// Nobody can tell.
    case unknown
    case nobody
    case thisReplica
    /// Another one has gone further than this one knew, at last with an exchange of that ID, where it has told.
    case another(exchange: String?)
}

/// A replica's right to answer in a session, for one answer.
final class SessionLease: Sendable {
    let key: SessionKey
    /// Of this lease alone.
    let token: String
    /// The last number that was set aside for it.
    let reserved: Int64
    let predecessor: Predecessor
    private let lost = Atomic(false)

    init(_ key: SessionKey, token: String, reserved: Int64, after predecessor: Predecessor = .unknown) {
        self.key = key
        self.token = token
        self.reserved = reserved
        self.predecessor = predecessor
    }

    /// Whether another replica has taken over.
    var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Another replica has taken over.
    func lose() { lost.store(true, ordering: .relaxed) }
}
