internal import DequeModule
internal import EventLoop
internal import ServiceKit

/// The conversations that this process remembers: bounded, and forgotten when they are idle.
actor SessionTable {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private struct Entry {
        let session: ChatSession
        var lastUse: Int64
        /// How many calls hold it now.
        var users = 0
    }

    private let limits: SessionLimits
    private let loops: EventLoopGroup
    private var entries: [SessionKey: Entry] = [:]
    /// Keys in the order of their uses; a key may be there several times, the last one counts.
    private var order: Deque<(key: SessionKey, use: Int64)> = []
    private var uses: Int64 = 0
    /// How often idle ones are looked for.
    private static let sweepInterval: Duration = .seconds(30)

    init(_ limits: SessionLimits, loops: EventLoopGroup) {
        self.limits = limits
        self.loops = loops
        loop = loops.loops[0]
    }

    /// How many there are.
    var count: Int { entries.count }

    /// Lends the session of a key, which is not forgotten until it is given back.
    ///
    /// A new one lives on the loop of whoever asks for it first: each word of an answer goes through it.
    ///
    /// - Throws: `ServiceError` (RESOURCE_EXHAUSTED) where all places are taken by conversations under way.
    nonisolated func open(_ key: SessionKey) async throws(ServiceError) -> ChatSession {
        try await open(key, on: loops.next())
    }

    private func open(_ key: SessionKey, on home: EventLoop) throws(ServiceError) -> ChatSession {
        if entries[key] == nil {
            try makeRoom()
            let session = ChatSession(replayBytes: limits.replayBytes, loop: home)
            entries[key] = Entry(session: session, lastUse: 0)
        }
        guard let session = entries[key]?.session else { preconditionFailure("it has just been put there") }
        entries[key]?.users += 1
        touch(key)
        return session
    }

    /// Gives it back.
    func close(_ key: SessionKey) {
        entries[key]?.users -= 1
        touch(key)
    }

    /// Forgets idle ones now and then, until the task is cancelled.
    func run() async {
        while (try? await loop.sleep(for: Self.sweepInterval)) != nil { sweep() }
    }

    /// Forgets those that have been idle for too long.
    func sweep() {
        let limit = loop.uptimeNanoseconds - limits.idleTime.nanoseconds
        // Each place is looked at once at most: those in use go to the end.
        for _ in 0..<order.count {
            guard let first = order.first, first.use <= limit else { return }
            order.removeFirst()
            guard let entry = entries[first.key], entry.lastUse == first.use else { continue }
            if entry.users == 0 { entries[first.key] = nil } else { touch(first.key) }
        }
    }

    private func makeRoom() throws(ServiceError) {
        guard entries.count >= limits.count else { return }
        // Those in use go to the end of the order, so that each is looked at once at most.
        for _ in 0..<order.count {
            guard let first = order.popFirst() else { break }
            guard let entry = entries[first.key], entry.lastUse == first.use else { continue }
            guard entry.users == 0 else {
                touch(first.key)
                continue
            }
            entries[first.key] = nil
            return
        }
        throw ServiceError(
            .exhausted(retryAfter: .seconds(5)),
            message: "Too many chats are under way here; try again in a moment."
        )
    }

    private func touch(_ key: SessionKey) {
        guard entries[key] != nil else { return }
        // Times that are equal would make two places in the order look alike.
        uses = max(uses + 1, loop.uptimeNanoseconds)
        entries[key]?.lastUse = uses
        order.append((key, uses))
        // Old places are dropped before they are many more than entries.
        if order.count > 4 * entries.count + 64 { order.removeAll { entries[$0.key]?.lastUse != $0.use } }
    }
}
