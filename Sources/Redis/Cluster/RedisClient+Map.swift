internal import EventLoop
internal import Logging

/// Learning which server of a cluster has which slot.
extension RedisClient {
    /// How many servers are asked for the map before the attempt counts as failed.
    private static let askedServerLimit = 8

    /// Learns the map before the first caller comes.
    func startMap() {
        if let action = cluster?.machine.ask().1 { interpretMap([action]) }
    }

    /// Asks anew, unless that is under way or was done a moment ago.
    func refreshMap() {
        guard let cluster, cluster.machine.isUp, !isClosed else { return }
        let earliest = deadline(configuration.clusterRefreshInterval, after: cluster.loadedAt)
        guard loop.uptimeNanoseconds >= earliest else { return }
        orderMap()
    }

    private func orderMap() {
        guard let cluster, !cluster.isLoading else { return }
        cluster.isLoading = true
        order(.loadMap)
    }

    func interpretMap(_ actions: [ReachabilityMachine.Action]) {
        guard let cluster else { return }
        for action in actions {
            switch action {
            case .connect: orderMap()
            case .connectLater(let nanoseconds):
                cluster.attempt = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeOnLoop { $0.mapIsDue() }
                }
            case .serveWaiting: cluster.line.end(nil)
            case .failWaiting: cluster.line.end(cluster.unavailable)
            case .discard: break
            }
        }
    }

    private func mapIsDue() {
        if let actions = cluster?.machine.attemptDue() { interpretMap(actions) }
    }

    /// Asks one server after the other until one knows.
    func loadMap() async {
        var failure = RedisError(.unavailable, "there is no server to ask")
        for endpoint in candidates().prefix(Self.askedServerLimit) where !isClosed {
            do throws(RedisError) {
                return take(try SlotMap(try await askForMap(endpoint), asked: endpoint))
            } catch {
                failure = error
                logger?.debug(
                    "A server did not give the cluster's map",
                    metadata: ["server": "\(endpoint)", "error": "\(error)"]
                )
                if error.code == .cancelled { break }
            }
        }
        guard let cluster, !isClosed else { return }
        noteLoaded()
        cluster.failure = failure
        interpretMap(cluster.machine.connectFailed())
    }

    /// Whom to ask: those that are connected first, by chance among them.
    private func candidates() -> [RedisEndpoint] {
        let known = Set(configuration.endpoints + (cluster?.map?.endpoints ?? []))
        let connected = known.filter { upConnection(to: $0) != nil }
        return connected.shuffled() + known.subtracting(connected).shuffled()
    }

    private func upConnection(to endpoint: RedisEndpoint) -> RedisConnection? {
        servers[endpoint]?.links.lazy.compactMap(\.connection).first
    }

    private func askForMap(_ endpoint: RedisEndpoint) async throws(RedisError) -> RedisValue {
        let command = RedisCommand("CLUSTER", ["SLOTS"], keyIndex: nil)
        let timeout = configuration.connectTimeout
        if let connection = upConnection(to: endpoint) {
            return try await connection.send(command, timeout: timeout)
        }
        let connection = try await RedisConnection.connect(
            configuration,
            to: endpoint,
            on: loop,
            offload: offload
        )
        defer { connection.discardOnLoop() }
        return try await connection.send(command, timeout: timeout)
    }

    private func take(_ map: SlotMap) {
        guard let cluster, !isClosed else { return }
        noteLoaded()
        cluster.map = map
        cluster.failure = nil
        logger?.debug("The cluster's map is known", metadata: ["servers": "\(map.endpoints.count)"])
        keepOnly(Set(map.endpoints))
        // A map that was known already is only replaced.
        if !cluster.machine.isUp {
            for endpoint in map.endpoints { warmUp(endpoint) }
            interpretMap(cluster.machine.connected(now: loop.uptimeNanoseconds))
        }
        noteReachability()
    }

    private func noteLoaded() {
        cluster?.isLoading = false
        cluster?.loadedAt = loop.uptimeNanoseconds
    }
}
