internal import EventLoop

extension PostgresPool {
    /// What a pool may use, and for how long.
    public struct Limits: Sendable {
        /// Connections at most.
        public var connections = 8
        /// Connections that are kept from the first caller on, used or not.
        public var minimumConnections = 0
        /// Callers whose reads go together at most, when all connections are in use (``PostgresPool/read(_:opening:timeout:)``).
        public var readsTogether = 8
        /// Callers whose writes go together at most, when a quarter of the connections, but two, are in use for such
        /// (``PostgresPool/write(_:locking:opening:timeout:)``): a commit costs more than what some of them would gain by not waiting
        /// for it.
        public var writesTogether = 16
        /// Callers in line at most; one more fails at once with poolExhausted.
        public var waiters = 1_024
        /// How long a caller stays in line at most.
        public var waitTimeout: Duration = .seconds(5)
        /// How long a connection beyond the minimum may be idle before it is closed.
        public var idleTimeout: Duration = .seconds(300)
        /// How old a connection becomes at most, less up to a tenth by chance: so that the connections of many pools spread
        /// over servers that came later, and sessions give back the memory that they have gathered.
        public var maximumLifetime: Duration = .seconds(3_600)
        /// A connection that has been idle for longer is looked at before it is lent. That costs no round trip: the kernel
        /// knows whether the server has hung up, and its keep-alives find out whether it is gone.
        public var uncheckedIdleTime: Duration = .seconds(1)
        /// How long the next attempt is put off after the first failure to connect; twice as long after each other.
        public var firstBackoff: Duration = .milliseconds(50)
        /// How long it is put off at most.
        public var lastBackoff: Duration = .milliseconds(500)

        /// The defaults.
        public init() {}

        /// Idle and old connections are closed at most this late.
        private static let tickNanoseconds: Int64 = 1_000_000_000

        func gathering(_ kind: GatheredKind) -> StatementGathering<UInt64, PostgresStatement>.Limits {
            let connections = max(1, connections)
            let isReads = kind == .reads
            return .init(
                groups: isReads ? connections : min(connections, max(2, connections / 4)),
                members: max(1, isReads ? readsTogether : writesTogether),
                waiters: max(0, waiters)
            )
        }

        var machine: Machine.Limits {
            let maximum = max(1, connections)
            return Machine.Limits(
                connections: maximum,
                minimum: min(max(0, minimumConnections), maximum),
                waiters: max(0, waiters),
                idleNanoseconds: idleTimeout.nanoseconds,
                lifetimeNanoseconds: maximumLifetime.nanoseconds,
                uncheckedNanoseconds: uncheckedIdleTime.nanoseconds,
                firstBackoffNanoseconds: firstBackoff.nanoseconds,
                lastBackoffNanoseconds: lastBackoff.nanoseconds,
                tickNanoseconds: min(
                    Self.tickNanoseconds,
                    max(1_000_000, min(idleTimeout.nanoseconds, maximumLifetime.nanoseconds) / 4)
                )
            )
        }
    }

    /// What a pool has now.
    public struct Statistics: Sendable, Equatable {
        /// Connections that nobody uses.
        public let idle: Int
        /// Connections that are lent.
        public let lent: Int
        /// Connections being made.
        public let connecting: Int
        /// Callers in line.
        public let waiting: Int
    }

    /// What the pool has now, for metrics.
    public var statistics: Statistics {
        Statistics(
            idle: machine.idleCount,
            lent: machine.lentCount,
            connecting: machine.connectingCount,
            waiting: machine.waitingCount + gatheredWaiters.count
        )
    }
}
