internal import EventLoop

/// What a client knows of its cluster. Belongs to its client.
final class ClusterState {
    var map: SlotMap?
    /// Whether there is a map: it is up from the first one on.
    var machine: ReachabilityMachine
    let line: WaitingLine
    var isLoading = false
    var loadedAt = Int64.min
    var attempt: Timer?
    var failure: RedisError?

    init(_ configuration: RedisConfiguration, loop: EventLoop) {
        machine = ReachabilityMachine(configuration)
        line = WaitingLine(loop: loop, commandLimit: configuration.commandsInFlight)
    }

    var isMapKnown: Bool { map != nil }

    var unavailable: RedisError {
        RedisError(
            .unavailable,
            "the cluster is away\(failure.map { ": \($0.message)" } ?? "")",
            serverError: failure?.serverError
        )
    }

    func close(_ error: RedisError) {
        attempt?.cancel()
        _ = machine.close()
        line.end(error)
    }
}
