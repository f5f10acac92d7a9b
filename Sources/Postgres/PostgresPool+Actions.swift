internal import EventLoop
internal import Logging

/// What the machine decides is done here; what happens is told to it.
extension PostgresPool {
    /// A connection, at the latest at `end` on the loop's clock.
    func acquire(until end: Int64) async throws(PostgresError) -> PostgresConnection {
        guard !Task.isCancelled else { throw Self.cancelled }
        let now = loop.uptimeNanoseconds
        while let taken = machine.takeIdle(now: now) {
            let connection = connection(taken.connection)
            if !taken.mustBeChecked || isAlive(connection) { return connection }
            release(connection)
        }
        nextNumber += 1
        let waiter = nextNumber
        let (limit, lateness) = lineLimit(until: end, now: now)
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { lease in
                let timer = loop.schedule(after: timeLeft(until: limit)) { [weak self] in
                    self?.assumeOnLoop { $0.leave(waiter, lateness) }
                }
                leases[waiter] = (lease, timer)
                interpret(machine.acquire(waiter, now: now))
                if Task.isCancelled { leave(waiter, Self.cancelled) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.leave(waiter, Self.cancelled) } }
        }.get()
    }

    /// Until when a caller stays in line who waits until `end`, and what it is told then.
    func lineLimit(until end: Int64, now: Int64) -> (limit: Int64, lateness: PostgresError) {
        let limit = deadline(limits.waitTimeout, after: now)
        guard end < limit else {
            let reason = "no connection became free in \(limits.waitTimeout)"
            return (limit, PostgresError(.poolExhausted, reason))
        }
        return (end, PostgresError(.timedOut, "the time was over before a connection was free"))
    }

    func release(_ connection: PostgresConnection) {
        let isUsable = connection.assumeOnLoop { $0.isIdle }
        interpret(
            machine.release(ObjectIdentifier(connection), isUsable: isUsable, now: loop.uptimeNanoseconds)
        )
    }

    func interpret(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .lend(let id, let waiter): resume(waiter, .success(connection(id)))
            case .connect: connect()
            case .connectLater(let nanoseconds):
                attempt = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeOnLoop { $0.attemptIsDue() }
                }
            case .tickLater(let nanoseconds):
                tick = loop.schedule(after: .nanoseconds(nanoseconds)) { [weak self] in
                    self?.assumeOnLoop { $0.tickIsDue() }
                }
            case .close(let id): connections.removeValue(forKey: id)?.assumeOnLoop { $0.close() }
            case .fail(let waiters, let failure):
                for waiter in waiters { resume(waiter, .failure(error(for: failure))) }
            case .drained: endDraining()
            }
        }
    }

    private func isAlive(_ connection: PostgresConnection) -> Bool {
        connection.assumeOnLoop { $0.isAlive() }
    }

    private func attemptIsDue() { interpret(machine.attemptDue(now: loop.uptimeNanoseconds)) }

    private func tickIsDue() { interpret(machine.tick(now: loop.uptimeNanoseconds)) }

    private func connection(_ id: ObjectIdentifier) -> PostgresConnection {
        guard let connection = connections[id] else {
            preconditionFailure("a lent connection is a known one")
        }
        return connection
    }

    private func leave(_ waiter: UInt64, _ error: PostgresError) {
        if machine.leave(waiter) { resume(waiter, .failure(error)) }
    }

    private func resume(_ waiter: UInt64, _ result: Result<PostgresConnection, PostgresError>) {
        guard let (lease, timer) = leases.removeValue(forKey: waiter) else {
            preconditionFailure("a caller in line has a lease")
        }
        timer.cancel()
        lease.resume(returning: result)
    }

    func error(for failure: Machine.Failure) -> PostgresError {
        switch failure {
        case .exhausted:
            PostgresError(.poolExhausted, "\(limits.waiters) callers are waiting for a connection")
        case .serverAway: lastFailure
        case .closed: PostgresError(.closed, "the pool is closed")
        }
    }

    static var cancelled: PostgresError {
        PostgresError(.cancelled, "the task was cancelled before a connection was free")
    }

    /// A task of its own, since the caller in line may leave before the connection is there; kept until it ends.
    private func connect() {
        nextNumber += 1
        let number = nextNumber
        connectors[number] = Task {
            do throws(PostgresError) {
                let connection = try await PostgresConnection.connect(
                    configuration,
                    on: loop,
                    offload: offload
                )
                logger?.debug("Connected to PostgreSQL")
                take(connection)
            } catch {
                lastFailure = error
                logger?.debug("Connecting to PostgreSQL failed", metadata: ["error": "\(error)"])
                interpret(machine.connectFailed(now: loop.uptimeNanoseconds))
            }
            connectors[number] = nil
        }
    }

    private func take(_ connection: PostgresConnection) {
        let key = ObjectIdentifier(connection)
        connections[key] = connection
        connection.assumeOnLoop {
            $0.whenDead { [weak self] in
                guard let self else { return }
                loop.execute { self.assumeOnLoop { $0.connectionDied(key) } }
            }
        }
        interpret(machine.connected(key, now: loop.uptimeNanoseconds))
    }

    private func connectionDied(_ key: ObjectIdentifier) {
        interpret(machine.died(key, now: loop.uptimeNanoseconds))
    }
}
