/// How many calls of a model are made, by one organization and by all together.
public struct AdmissionLimits: Sendable, Equatable {
    /// What one party may do.
    public struct Allowance: Sendable, Equatable {
        /// From 1.
        public var callsPerMinute: Int
        /// How many may begin at once after a pause, from 1.
        public var burst: Int
        /// How many may be under way, from 1.
        public var concurrent: Int
        /// How many may wait in line beside them, from 0.
        public var waiting: Int

        /// An allowance.
        public init(callsPerMinute: Int, burst: Int, concurrent: Int, waiting: Int) {
            self.callsPerMinute = callsPerMinute
            self.burst = burst
            self.concurrent = concurrent
            self.waiting = waiting
        }

        /// A part of it, for one of several replicas: all parts together are no more than the whole, but that each lets one
        /// call through.
        func divided(by replicas: Int) -> Allowance {
            func part(_ whole: Int) -> Int { max(1, whole / max(1, replicas)) }
            return Allowance(
                callsPerMinute: part(callsPerMinute),
                burst: part(burst),
                concurrent: part(concurrent),
                waiting: waiting
            )
        }
    }

    /// Of each organization.
    public var organization = Allowance(callsPerMinute: 60, burst: 10, concurrent: 8, waiting: 32)
    /// Of all together.
    public var overall = Allowance(callsPerMinute: 600, burst: 60, concurrent: 64, waiting: 512)
    /// How long a call waits in line at most.
    public var longestWait: Duration = .seconds(20)

    /// The defaults.
    public init() {}

    func divided(by replicas: Int) -> AdmissionLimits {
        var limits = self
        limits.organization = organization.divided(by: replicas)
        limits.overall = overall.divided(by: replicas)
        return limits
    }
}
