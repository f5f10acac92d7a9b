internal import EventLoop

/// One of a client's connections, made anew when it breaks. ``ReachabilityMachine`` decides, the client acts.
///
/// Belongs to its client.
final class RedisLink {
    let id: Int
    let endpoint: RedisEndpoint
    let line: WaitingLine
    var machine: ReachabilityMachine
    /// There while the machine is up.
    var connection: RedisConnection?
    var attempt: Timer?
    /// Why the last attempt failed, or the last connection ended.
    var failure: RedisError?

    init(id: Int, endpoint: RedisEndpoint, configuration: RedisConfiguration, loop: EventLoop) {
        self.id = id
        self.endpoint = endpoint
        line = WaitingLine(loop: loop, commandLimit: configuration.commandsInFlight)
        machine = ReachabilityMachine(configuration)
    }

    /// What a caller is told while the server is away.
    var unavailable: RedisError {
        RedisError(
            .unavailable,
            "\(endpoint) is away\(failure.map { ": \($0.message)" } ?? "")",
            serverError: failure?.serverError
        )
    }
}

extension ReachabilityMachine {
    init(_ configuration: RedisConfiguration) {
        self.init(
            backoff: Backoff(
                firstNanoseconds: configuration.firstBackoff.nanoseconds,
                lastNanoseconds: configuration.lastBackoff.nanoseconds,
                seed: UInt64.random(in: .min ... .max)
            ),
            stableNanoseconds: configuration.lastBackoff.nanoseconds
        )
    }
}
