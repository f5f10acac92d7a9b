internal import EventLoop

/// Sending to a cluster: by slot, and on to where a server says that the slot is.
extension RedisClient {
    func submitToCluster(_ commands: [RedisCommand], deadline: Int64, completion: RedisCompletion) {
        guard let cluster, !isClosed else { return completion.fail(Self.closed) }
        guard !commands.isEmpty else {
            return completion.fail(RedisError(.misuse, "there is no command to send"))
        }
        let (verdict, action) = cluster.machine.ask()
        if let action { interpretMap([action]) }
        switch verdict {
        case .serve: start(ClusterBatch(commands, deadline: deadline, completion: completion))
        case .wait:
            cluster.line.add(commands: commands.count, deadline: deadline) { [weak self] error in
                if let error { return completion.fail(error) }
                guard let self else { return completion.fail(Self.closed) }
                self.assumeOnLoop {
                    $0.submitToCluster(commands, deadline: deadline, completion: completion)
                }
            }
        case .unavailable: completion.fail(cluster.unavailable)
        case .closed: completion.fail(Self.closed)
        }
    }

    private func start(_ batch: ClusterBatch) {
        do throws(RedisError) {
            guard let map = cluster?.map, let fallback = anyServer(of: map) else { throw Self.closed }
            dispatch(try ClusterGroup.groups(batch.commands, map: map, fallback: fallback), of: batch)
        } catch {
            if error.code == .unavailable { refreshMap() }
            batch.failure = error
            batch.endWhereDone()
        }
    }

    /// For commands without a key: a server that is connected, where there is one.
    private func anyServer(of map: SlotMap) -> RedisEndpoint? {
        map.endpoints.first { servers[$0]?.links.contains { $0.machine.isUp } == true }
            ?? map.endpoints.randomElement()
    }

    private func dispatch(_ groups: [ClusterGroup], of batch: ClusterBatch) {
        batch.outstanding += groups.count
        for group in groups {
            // Called on the loop, and so on this actor.
            let arrival = RedisCompletion { self.receive($0, group, batch) }
            send(group.commands(of: batch), to: group.endpoint, deadline: batch.deadline, completion: arrival)
        }
    }

    private func receive(
        _ result: Result<[RedisValue], RedisError>,
        _ group: ClusterGroup,
        _ batch: ClusterBatch
    ) {
        batch.outstanding -= 1
        switch result {
        case .success(let values): sort(group.answers(in: values), group, batch)
        case .failure(let error):
            batch.failure = batch.failure ?? error
            // The server may have left the cluster, or a replica have taken its place.
            if error.isConnectionDead || error.code == .unavailable { refreshMap() }
        }
        batch.endWhereDone()
    }

    /// Keeps answers, and sends on what another server is to answer.
    private func sort(_ values: [RedisValue], _ group: ClusterGroup, _ batch: ClusterBatch) {
        var onward: [ClusterGroup] = []
        var hasMoved = false
        for (index, value) in zip(group.indices, values) {
            let redirection = Redirection(value, from: group.endpoint)
            if case .moved(let slot, let endpoint)? = redirection {
                cluster?.map?.move(slot, to: endpoint)
                hasMoved = true
            }
            guard let redirection, group.hops < configuration.redirectionLimit else {
                batch.answers[index] = value
                continue
            }
            switch redirection {
            case .moved(_, let endpoint):
                ClusterGroup.add(index, to: endpoint, hops: group.hops + 1, in: &onward)
            case .ask(let endpoint):
                ClusterGroup.add(index, to: endpoint, isAsking: true, hops: group.hops + 1, in: &onward)
            }
        }
        if hasMoved { refreshMap() }
        dispatch(onward, of: batch)
    }
}
