internal import EventLoop
internal import ServiceKit
internal import Synchronization

/// The conversations that this process remembers: bounded, and forgotten when they are idle.
///
/// From any thread, without going to another one: every message opens its session.
final class SessionTable: Sendable {
    private let places: Mutex<SessionPlaces>
    private let limits: SessionLimits
    private let loops: EventLoopGroup
    /// How often idle ones are looked for.
    private static let sweepInterval: Duration = .seconds(30)

    init(_ limits: SessionLimits, loops: EventLoopGroup) {
        self.limits = limits
        self.loops = loops
        places = Mutex(SessionPlaces(count: limits.count))
    }

    /// How many there are.
    var count: Int { places.withLock { $0.count } }

    /// Lends the session of a key, which is not forgotten until it is given back.
    ///
    /// A new one lives on the loop of whoever asks for it first: each word of an answer goes through it.
    ///
    /// - Throws: `ServiceError` (RESOURCE_EXHAUSTED) where all places are taken by conversations under way.
    func open(_ key: SessionKey) throws(ServiceError) -> ChatSession {
        let now = monotonicNanoseconds()
        let session = places.withLock { places in
            places.open(key, now: now) { ChatSession(replayBytes: limits.replayBytes, loop: loops.next()) }
        }
        guard let session else {
            throw ServiceError(
                .exhausted(retryAfter: .seconds(5)),
                message: "Too many chats are under way here; try again in a moment."
            )
        }
        return session
    }

    /// Gives it back.
    func close(_ key: SessionKey) {
        let now = monotonicNanoseconds()
        places.withLock { $0.close(key, now: now) }
    }

    /// Forgets idle ones now and then, until the task is cancelled.
    func run() async {
        while (try? await loops.next().sleep(for: Self.sweepInterval)) != nil { sweep() }
    }

    /// Forgets those that have been idle for too long.
    func sweep() {
        let limit = monotonicNanoseconds() - limits.idleTime.nanoseconds
        places.withLock { $0.forget(until: limit) }
    }
}
