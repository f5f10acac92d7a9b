internal import EventLoop

/// Statements of many callers that go together where each would wait for a connection anyway (``StatementGathering`` decides which).
extension PostgresPool {
    /// What goes together: reads do not wait behind the locks that writes may wait for.
    enum GatheredKind {
        case reads, writes
    }

    /// What one caller sends.
    struct GatheredStatements: Sendable {
        let statements: [PostgresStatement]
        /// Where it stands among those that go together.
        let order: PostgresUUID?
        /// Until when its caller waits, on the loop's clock.
        let end: Int64
    }

    /// A caller in line.
    struct GatheredWaiter: Sendable {
        let statements: GatheredStatements
        let turn: CheckedContinuation<GatheredTurn, Never>
    }

    /// What a caller in line is told.
    enum GatheredTurn: Sendable {
        /// Its statements are sent now, and these with them.
        case leads([GatheredWaiter])
        /// Its statements were sent with others.
        case answered([PostgresResult])
        /// Those it went with failed, perhaps not because of it, and nothing was done.
        case goesAlone
        case failed(PostgresError)
    }

    /// Sends statements that change nothing, behind one that opens the transaction. Where many callers read, those with the same
    /// opening go together in one round trip and transaction, which costs much less than one for each; a long read makes the others
    /// wait, so it is for short ones.
    ///
    /// Each has its own answer. Where one fails, those that went with it are sent again by themselves. A task that is cancelled
    /// leaves the line at once; one whose statements went with others' waits for the answer.
    ///
    /// - Parameters:
    ///   - statements: What is read.
    ///   - opening: What goes before them in the transaction: the same for all that go together.
    ///   - timeout: For all of it, waiting in line included.
    /// - Returns: The answers to `statements`.
    /// - Throws: `PostgresError`.
    public func read(
        _ statements: [PostgresStatement],
        opening: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        let own = GatheredStatements(statements: statements, order: nil, end: end)
        return try await gather(own, .reads, opening)
    }

    /// Sends a statement that writes, as ``read(_:opening:timeout:)`` does: it is committed together with those that it goes with.
    ///
    /// - Parameters:
    ///   - statement: It writes by itself what belongs together, and means the same whatever others write in its transaction.
    ///   - order: What it locks. Those that go together are sent in this order, so that two groups do not block one another.
    ///   - opening: What goes before it in the transaction.
    ///   - timeout: For all of it, waiting in line included.
    public func write(
        _ statement: PostgresStatement,
        locking order: PostgresUUID,
        opening: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> PostgresResult {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        let own = GatheredStatements(statements: [statement], order: order, end: end)
        return try await gather(own, .writes, opening)[0]
    }

    private func gather(
        _ own: GatheredStatements,
        _ kind: GatheredKind,
        _ opening: PostgresStatement
    ) async throws(PostgresError) -> [PostgresResult] {
        nextNumber += 1
        switch await turn(of: nextNumber, own, kind, opening) {
        case .leads(let followers): return try await lead(followers, own, kind, opening)
        case .answered(let results): return results
        case .goesAlone: return try await sendAlone(own, opening)
        case .failed(let error): throw error
        }
    }

    // MARK: The line

    /// Comes, and waits in line where it has to. Both in one step: whoever is in line can be told.
    private func turn(
        of number: UInt64,
        _ own: GatheredStatements,
        _ kind: GatheredKind,
        _ opening: PostgresStatement
    ) async -> GatheredTurn {
        await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                arrive(number, GatheredWaiter(statements: own, turn: turn), kind, opening)
                if Task.isCancelled { leaveLine(number, kind, Self.cancelled) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.leaveLine(number, kind, Self.cancelled) } }
        }
    }

    private func arrive(
        _ number: UInt64,
        _ waiter: GatheredWaiter,
        _ kind: GatheredKind,
        _ opening: PostgresStatement
    ) {
        let empty = StatementGathering<UInt64, PostgresStatement>(limits: limits.gathering(kind))
        switch gatherings[kind, default: empty].arrive(number, opening) {
        case .goes: waiter.turn.resume(returning: .leads([]))
        case .refused: waiter.turn.resume(returning: .failed(error(for: .exhausted)))
        case .waits:
            let (limit, lateness) = lineLimit(until: waiter.statements.end, now: loop.uptimeNanoseconds)
            let timer = loop.schedule(after: timeLeft(until: limit)) { [weak self] in
                self?.assumeOnLoop { $0.leaveLine(number, kind, lateness) }
            }
            gatheredWaiters[number] = (waiter, timer)
        }
    }

    private func leaveLine(_ number: UInt64, _ kind: GatheredKind, _ error: PostgresError) {
        guard gatherings[kind]?.leave(number) == true else { return }
        takeFromLine(number).turn.resume(returning: .failed(error))
    }

    private func takeFromLine(_ number: UInt64) -> GatheredWaiter {
        guard let (waiter, timer) = gatheredWaiters.removeValue(forKey: number) else {
            preconditionFailure("a caller in line is a known one")
        }
        timer.cancel()
        return waiter
    }

    private func endGroup(_ kind: GatheredKind) {
        let group = gatherings[kind]?.groupEnded().map(takeFromLine) ?? []
        guard let leader = group.first else { return }
        leader.turn.resume(returning: .leads(Array(group.dropFirst())))
    }

    // MARK: The group

    /// Sends a group.
    ///
    /// - Returns: The answers to the leader, whose statements are `own`.
    private func lead(
        _ followers: [GatheredWaiter],
        _ own: GatheredStatements,
        _ kind: GatheredKind,
        _ opening: PostgresStatement
    ) async throws(PostgresError) -> [PostgresResult] {
        defer { endGroup(kind) }
        guard !followers.isEmpty else { return try await sendAlone(own, opening) }
        do throws(PostgresError) {
            return try await sendTogether(followers, own, opening)
        } catch {
            let isEveryones = error.isEveryones
            for follower in followers {
                follower.turn.resume(returning: isEveryones ? .failed(error) : .goesAlone)
            }
            if isEveryones || Task.isCancelled { throw error }
        }
        return try await sendAlone(own, opening)
    }

    private func sendTogether(
        _ followers: [GatheredWaiter],
        _ own: GatheredStatements,
        _ opening: PostgresStatement
    ) async throws(PostgresError) -> [PostgresResult] {
        // Nil is the leader.
        var group: [(statements: GatheredStatements, turn: CheckedContinuation<GatheredTurn, Never>?)] =
            [(own, nil)] + followers.map { ($0.statements, $0.turn) }
        if let order = own.order { group.sort { ($0.0.order ?? order) < ($1.0.order ?? order) } }
        // Who has the least time ends it for all: the others have time left to be sent again.
        let end = group.reduce(Int64.max) { min($0, $1.statements.end) }
        let all = [opening] + group.flatMap(\.statements.statements)
        var results = try await pipeline(all, timeout: timeLeft(until: end)).dropFirst()
        var answer: [PostgresResult] = []
        for (statements, turn) in group {
            let next = Array(results.prefix(statements.statements.count))
            results = results.dropFirst(next.count)
            if let turn { turn.resume(returning: .answered(next)) } else { answer = next }
        }
        return answer
    }

    private func sendAlone(
        _ own: GatheredStatements,
        _ opening: PostgresStatement
    ) async throws(PostgresError) -> [PostgresResult] {
        do throws(PostgresError) {
            let timeout = timeLeft(until: own.end)
            return Array(try await pipeline([opening] + own.statements, timeout: timeout).dropFirst())
        } catch {
            throw error.droppingLeadingStatements(1)
        }
    }
}

extension PostgresError {
    /// Whether it says of each of those that went together what it would say of one: there was no connection, or it broke, or nobody
    /// knows what was done.
    fileprivate var isEveryones: Bool {
        switch code {
        case .connectionFailed, .poolExhausted, .closed: true
        default: isConnectionDead || outcome != .notDone
        }
    }
}
