internal import EventLoop
internal import Logging

/// Connections: what the machines decide is done here, what happens is told to them.
extension RedisClient {
    /// How many servers a client knows at once.
    private static let serverLimit = 1_000

    /// Connects before the first caller comes.
    func warmUp() {
        guard !isClosed else { return }
        if cluster != nil { startMap() } else { warmUp(configuration.endpoints[0]) }
    }

    func warmUp(_ endpoint: RedisEndpoint) {
        for link in server(endpoint)?.links ?? [] {
            if let action = link.machine.ask().1 { interpret([action], link) }
        }
    }

    func submit(_ commands: [RedisCommand], deadline: Int64, completion: RedisCompletion) {
        guard cluster == nil else {
            return submitToCluster(commands, deadline: deadline, completion: completion)
        }
        send(commands, to: configuration.endpoints[0], deadline: deadline, completion: completion)
    }

    /// Sends commands on one of the connections to a server, or says at once why not.
    func send(
        _ commands: [RedisCommand],
        to endpoint: RedisEndpoint,
        deadline: Int64,
        completion: RedisCompletion
    ) {
        guard !isClosed else { return completion.fail(Self.closed) }
        guard let link = nextLink(to: endpoint) else {
            return completion.fail(RedisError(.overloaded, "\(Self.serverLimit) servers are known already"))
        }
        let (verdict, action) = link.machine.ask()
        if let action { interpret([action], link) }
        switch verdict {
        case .serve:
            guard let connection = link.connection else { return completion.fail(link.unavailable) }
            connection.assumeOnLoop {
                $0.enqueue(commands, deadline: deadline, completion: completion)
            }
        case .wait:
            link.line.add(commands: commands.count, deadline: deadline) { [weak self] error in
                if let error { return completion.fail(error) }
                guard let self else { return completion.fail(Self.closed) }
                self.assumeOnLoop {
                    $0.send(commands, to: endpoint, deadline: deadline, completion: completion)
                }
            }
        case .unavailable: completion.fail(link.unavailable)
        case .closed: completion.fail(Self.closed)
        }
    }

    /// The connection whose turn it is; one that is up, where there is one. Nil where no further server may be known.
    private func nextLink(to endpoint: RedisEndpoint) -> RedisLink? {
        guard let server = server(endpoint) else { return nil }
        let links = server.links
        if links.count == 1 { return links[0] }
        servers[endpoint]?.turn = (server.turn + 1) % links.count
        for offset in links.indices {
            let link = links[(server.turn + offset) % links.count]
            // One that nobody has asked for yet is to be made, not passed over for ever.
            if link.machine.isUp || link.machine.state == .idle { return link }
        }
        return links[server.turn % links.count]
    }

    private func server(_ endpoint: RedisEndpoint) -> Server? {
        if let server = servers[endpoint] { return server }
        guard servers.count < Self.serverLimit else { return nil }
        var made: [RedisLink] = []
        for _ in 0..<max(1, configuration.connectionsPerServer) {
            let link = RedisLink(id: nextLink, endpoint: endpoint, configuration: configuration, loop: loop)
            nextLink += 1
            links[link.id] = link
            made.append(link)
        }
        let server = Server(links: made)
        servers[endpoint] = server
        return server
    }

    /// What ``run()`` has taken up.
    func carryOut(_ order: Order) async {
        switch order {
        case .connect(let link): await connect(link)
        case .loadMap: await loadMap()
        }
    }

    private func connect(_ id: Int) async {
        guard let endpoint = links[id]?.endpoint else { return }
        let result: Result<RedisConnection, RedisError>
        do throws(RedisError) {
            result = .success(
                try await RedisConnection.connect(configuration, to: endpoint, on: loop, offload: offload)
            )
        } catch {
            result = .failure(error)
        }
        // The client may have been shut down, or the server have left the cluster, meanwhile.
        guard let link = links[id], !isClosed else {
            if case .success(let connection) = result { connection.discardOnLoop() }
            return
        }
        switch result {
        case .success(let connection): connected(connection, link)
        case .failure(let error):
            link.failure = error
            logger?.debug("Connecting to Redis failed", metadata: ["error": "\(error)"])
            interpret(link.machine.connectFailed(), link)
        }
    }

    private func connected(_ connection: RedisConnection, _ link: RedisLink) {
        // It may have ended between its last word and now.
        if let failure = watch(connection, link.id) {
            link.failure = failure
            return interpret(link.machine.connectFailed(), link)
        }
        logger?.debug("Connected to Redis", metadata: ["server": "\(link.endpoint)"])
        link.connection = connection
        interpret(link.machine.connected(now: loop.uptimeNanoseconds), link)
    }

    private func watch(_ connection: RedisConnection, _ id: Int) -> RedisError? {
        connection.assumeOnLoop { connection in
            connection.onEnd = { [weak self] error in self?.assumeOnLoop { $0.ended(id, error) } }
            return connection.end
        }
    }

    private func ended(_ id: Int, _ error: RedisError) {
        guard let link = links[id] else { return }
        logger?.debug("The connection to Redis ended", metadata: ["error": "\(error)"])
        link.connection = nil
        link.failure = error
        interpret(link.machine.lost(now: loop.uptimeNanoseconds), link)
        if cluster != nil { refreshMap() }
    }

    private func interpret(_ actions: [ReachabilityMachine.Action], _ link: RedisLink) {
        for action in actions {
            switch action {
            case .connect: order(.connect(link: link.id))
            case .connectLater(let nanoseconds):
                let id = link.id
                link.attempt = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeOnLoop { $0.attemptIsDue(id) }
                }
            case .serveWaiting:
                noteReachability()
                link.line.end(nil)
            case .failWaiting: link.line.end(isClosed ? Self.closed : link.unavailable)
            case .discard:
                if let connection = link.connection { connection.discardOnLoop() }
                link.connection = nil
            }
        }
        noteReachability()
    }

    private func attemptIsDue(_ id: Int) {
        guard let link = links[id] else { return }
        interpret(link.machine.attemptDue(), link)
    }

    func closeEverything() {
        cluster?.close(Self.closed)
        for link in links.values { close(link) }
        links = [:]
        servers = [:]
    }

    /// Forgets servers that a cluster's map does not name, and that are away.
    ///
    /// One that is connected may be about to get its first slots: until then only ASK names it.
    func keepOnly(_ endpoints: Set<RedisEndpoint>) {
        for (endpoint, server) in servers where !endpoints.contains(endpoint) {
            guard server.links.allSatisfy({ $0.machine.state == .away || $0.machine.state == .idle }) else {
                continue
            }
            servers[endpoint] = nil
            for link in server.links {
                links[link.id] = nil
                close(link)
            }
        }
    }

    private func close(_ link: RedisLink) {
        link.attempt?.cancel()
        interpret(link.machine.close(), link)
        if let connection = link.connection { connection.discardOnLoop() }
        link.connection = nil
    }

    static var closed: RedisError { RedisError(.closed, "the client is shut down") }
}
