internal import DequeModule

/// What a listener has heard and its user has not asked for yet, up to a limit.
///
/// What comes while it is full is dropped, and the user told at that place that something is missing.
struct NotificationBuffer {
    private let limit: Int
    private var events: Deque<PostgresListener.Event> = []
    private var hasDropped = false

    /// - Parameter limit: Two at least: something, and that something is missing.
    init(limit: Int) { self.limit = max(2, limit) }

    var count: Int { events.count }

    mutating func append(_ event: PostgresListener.Event) {
        // One place stays free for the word that something is missing.
        guard !hasDropped, events.count < limit - 1 else {
            if !hasDropped { events.append(.mayHaveMissed(.bufferFull)) }
            hasDropped = true
            return
        }
        events.append(event)
    }

    mutating func popFirst() -> PostgresListener.Event? {
        let event = events.popFirst()
        // Nothing is kept behind the word that something is missing until the user has come to it.
        if events.isEmpty { hasDropped = false }
        return event
    }
}
