internal import EventLoop
internal import FoundationEssentials
internal import ServiceKit
internal import Synchronization

/// Sees to it that one replica at a time answers in a session: claims it before an answer, renews that while the answer is under
/// way, and gives it back. What is said to Redis, and what it keeps, ``SharedSessions`` knows.
///
/// A replica that has been stopped for longer than ``SharedSessions/leaseTime`` may find that another one has taken over: the next
/// piece of its answer is refused (``check(_:)``). Where Redis is away, a session is claimed by nobody, and answered all the same:
/// then one replica alone keeps numbers apart. From any thread.
final class SessionLeases: Sendable {
    let shared: SharedSessions
    private let loop: EventLoop
    /// Those of answers under way, by token: as many as sessions are in use, which are bounded.
    private let leases = Mutex<[String: SessionLease]>([:])
    /// How often they are renewed: two may fail before others take over.
    private static let interval: Duration = .seconds(3)
    /// When one that another replica has is asked for again.
    private static let secondThought: Duration = .milliseconds(20)

    init(_ shared: SharedSessions, loop: EventLoop) {
        self.shared = shared
        self.loop = loop
    }

    /// Asks for a session, whose machine goes on where the last replica has stopped.
    ///
    /// - Throws: `ServiceError` (ABORTED) where another replica is answering in it.
    func claim(_ key: SessionKey, for session: ChatSession) async throws(ServiceError)
        -> SessionLease
    {
        let token = UUID.random().text
        var last = await session.lastSequence
        var claim = await shared.claim(key, token: token, after: last)
        if case .taken = claim, (try? await loop.sleep(for: Self.secondThought)) != nil {
            // The other one's word that it has done may be on its way.
            claim = await shared.claim(key, token: token, after: last)
        }
        var predecessor = Predecessor.unknown
        switch claim {
        case .granted(let known):
            await session.adopt(known.pieces, last: known.last)
            if known.last > last {
                predecessor = .another(exchange: known.pieces.last?.metadata["suggestion_id"])
            } else if known.isShared {
                predecessor = .thisReplica
            } else if last == 0 {
                predecessor = .nobody
            }
            last = known.last
        case .taken:
            throw ServiceError(
                .conflict(reason: "SESSION_BUSY", values: [:]),
                message:
                    "This session is answering another message, on another connection: wait for its last piece, or use another session_id."
            )
        case .unknown: break
        }
        let lease = SessionLease(
            key,
            token: token,
            reserved: last + SharedSessions.numbersOfAnAnswer,
            after: predecessor
        )
        leases.withLock { $0[token] = lease }
        return lease
    }

    /// Whether a piece may go out.
    ///
    /// - Throws: `ServiceError` (ABORTED) where another replica has taken over.
    func check(_ lease: SessionLease) throws(ServiceError) {
        guard lease.isLost else { return }
        throw ServiceError(
            .conflict(reason: "SESSION_MOVED", values: [:]),
            message: "This session goes on elsewhere: connect again with context.resume_after, or ask again."
        )
    }

    /// Gives a session back, with what it has come to. Idempotent.
    ///
    /// Redis is told when this returns, not asked: who claims the session a moment later comes after it, or tries again
    /// (``claim(_:for:)``).
    func release(_ lease: SessionLease, of session: ChatSession) async {
        guard leases.withLock({ $0.removeValue(forKey: lease.token) }) != nil else { return }
        let (last, pieces) = await session.state
        shared.release(lease, last: last, pieces: pieces)
    }

    /// Leaves to others what a session has come to that nobody but this replica has known, and so nobody had to be asked for.
    func leave(_ session: ChatSession, under key: SessionKey) async {
        let lease = SessionLease(
            key,
            token: UUID.random().text,
            reserved: SharedSessions.numbersOfAnAnswer
        )
        let (last, pieces) = await session.state
        shared.release(lease, last: last, pieces: pieces)
    }

    /// Renews until the task is cancelled.
    func run() async {
        while (try? await loop.sleep(for: Self.interval)) != nil {
            var rest = leases.withLock { $0.values.filter { !$0.isLost } }[...]
            while !rest.isEmpty {
                let some = rest.prefix(SharedSessions.renewedAtOnce)
                rest = rest.dropFirst(some.count)
                for lease in await shared.renew(some) { lease.lose() }
            }
        }
    }
}
