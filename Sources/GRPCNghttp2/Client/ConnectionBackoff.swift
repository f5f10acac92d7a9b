/// How long to wait between attempts to connect, as gRPC's "Connection Backoff Protocol" has it.
///
/// Each attempt gets a time to itself, ``next(random:)``, counted from its beginning: the next one is not made before
/// it is over, however early the attempt fails. Once a connection has held, the caller says ``reset()``.
public struct ConnectionBackoff: Sendable, Hashable {
    /// The numbers of the protocol. What makes no sense is brought into bounds, said at each.
    public struct Configuration: Sendable, Hashable {
        /// The time of the first attempt. From 1 ms to a day.
        public var initial: Duration
        /// By how much each attempt's time is longer than that of the attempt before. At least 1.
        public var multiplier: Double
        /// By which share an attempt's time is longer or shorter at random, so that clients do not come back all at once.
        /// From 0 to 1.
        public var jitter: Double
        /// The longest time of an attempt, before jitter. From `initial` to a day.
        public var maximum: Duration
        /// How long an attempt may take at least before it is given up.
        public var minimumConnectTimeout: Duration

        /// The numbers that gRPC's document gives, unless said otherwise.
        public init(
            initial: Duration = .seconds(1),
            multiplier: Double = 1.6,
            jitter: Double = 0.2,
            maximum: Duration = .seconds(120),
            minimumConnectTimeout: Duration = .seconds(20)
        ) {
            self.initial = initial
            self.multiplier = multiplier
            self.jitter = jitter
            self.maximum = maximum
            self.minimumConnectTimeout = minimumConnectTimeout
        }
    }

    /// Without a floor, an initial time of nothing would make a loop out of a server that refuses at once; without a
    /// ceiling, times would overflow.
    static let bounds = Duration.milliseconds(1)...Duration.seconds(86_400)

    let configuration: Configuration
    /// Of the next attempt, before jitter.
    private var base: Duration

    /// A backoff before its first attempt.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        base = configuration.initial.clamped(to: Self.bounds)
    }

    /// The time of the attempt that begins now.
    ///
    /// - Parameter random: From 0 to 1, where 0.5 is no jitter.
    public mutating func next(random: Double) -> Duration {
        let jitter = configuration.jitter.clamped(to: 0...1) * (2 * random.clamped(to: 0...1) - 1)
        let time = base * (1 + jitter)
        let limit = max(configuration.maximum, configuration.initial).clamped(to: Self.bounds)
        // Compared before it is multiplied: a large multiplier would overflow a Duration.
        let multiplier = configuration.multiplier.clamped(to: 1...Double.infinity)
        base = limit / base <= multiplier ? limit : base * multiplier
        return max(time, Self.bounds.lowerBound)
    }

    /// How long an attempt with that time may take before it is given up.
    public func connectTimeout(for time: Duration) -> Duration {
        max(time, configuration.minimumConnectTimeout.clamped(to: Self.bounds))
    }

    /// The next attempt is a first one again.
    public mutating func reset() { base = configuration.initial.clamped(to: Self.bounds) }
}

extension Double {
    /// NaN becomes the lower bound.
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        self >= range.lowerBound ? min(self, range.upperBound) : range.lowerBound
    }
}

extension Duration {
    fileprivate func clamped(to range: ClosedRange<Duration>) -> Duration {
        min(max(self, range.lowerBound), range.upperBound)
    }
}
