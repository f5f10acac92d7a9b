/// What a listener's user sets and sees.
extension PostgresListener {
    /// What a listener may use.
    public struct Limits: Sendable {
        /// How many events wait for the user at most; then some are dropped, and the user is told.
        public var bufferedEvents = 1_024
        /// How long the next attempt is put off after the first failure to connect; twice as long after each other.
        public var firstBackoff: Duration = .milliseconds(50)
        /// How long it is put off at most.
        public var lastBackoff: Duration = .seconds(2)

        /// The defaults.
        public init() {}
    }

    /// What a listener's user gets.
    public enum Event: Sendable, Equatable {
        /// Someone told something.
        case notification(PostgresNotification)
        /// From here on it listens, or listens again; what was told before may be missing.
        case mayHaveMissed(Cause)

        /// Why something may be missing.
        public enum Cause: Sendable, Equatable {
            /// It has just begun to listen.
            case began
            /// The connection had broken.
            case reconnected
            /// The user was slower than what was told.
            case bufferFull
        }
    }

    /// What is heard, in order. Each event goes to one reader; the sequence ends after ``run()`` has.
    public struct Events: AsyncSequence, Sendable {
        let listener: PostgresListener

        /// One reader.
        public struct AsyncIterator: AsyncIteratorProtocol {
            let listener: PostgresListener

            /// The next event, nil at the end or when the task is cancelled.
            public mutating func next() async -> Event? { await listener.nextEvent() }
        }

        /// One reader.
        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(listener: listener) }
    }
}
