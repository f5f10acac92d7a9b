internal import Synchronization

/// A replica's right to answer in a session, for one answer.
final class SessionLease: Sendable {
    let key: SessionKey
    /// Of this lease alone.
    let token: String
    /// The last number that was set aside for it.
    let reserved: Int64
    /// What another replica has answered last in the session, where that went further with it than this one: the exchange's ID.
    let exchangeElsewhere: String?
    /// The last who answered in the session was this replica, and all know that.
    let isContinued: Bool
    private let lost = Atomic(false)

    init(
        _ key: SessionKey,
        token: String,
        reserved: Int64,
        exchangeElsewhere: String? = nil,
        isContinued: Bool = false
    ) {
        self.key = key
        self.token = token
        self.reserved = reserved
        self.exchangeElsewhere = exchangeElsewhere
        self.isContinued = isContinued
    }

    /// Whether another replica has taken over.
    var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Another replica has taken over.
    func lose() { lost.store(true, ordering: .relaxed) }
}
