internal import EventLoop

/// Reads that go together where they would wait for a connection anyway (``ReadGathering`` decides which).
extension PostgresPool {
    /// What a read in line is told.
    enum ReadTurn: Sendable {
        /// It is sent now, and takes these along.
        case leads([WaitingRead])
        /// It was taken along.
        case answered([PostgresResult])
        /// Those it went with failed, and perhaps not because of it.
        case goesAlone
        case failed(PostgresError)
    }

    /// A read in line.
    struct WaitingRead: Sendable {
        let statements: [PostgresStatement]
        let end: Int64
        let turn: CheckedContinuation<ReadTurn, Never>
    }

    /// Sends statements that change nothing, behind one that opens the transaction. Where many read at once, reads with the same
    /// opening go together in one round trip and transaction: one for each is then no longer what they cost, and a long one makes
    /// others wait. So it is for reads that are short.
    ///
    /// Each has its own answer. Where a read fails those that went with it are sent again, each by itself. A task that is
    /// cancelled leaves the line at once; one that went with others waits for their answer.
    ///
    /// - Parameters:
    ///   - statements: What is read.
    ///   - opening: What goes before it in the transaction: the same for all that go together.
    ///   - timeout: For all of it, waiting in line included.
    /// - Returns: The answers to `statements`.
    /// - Throws: `PostgresError`.
    public func read(
        _ statements: [PostgresStatement],
        opening: PostgresStatement,
        timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> [PostgresResult] {
        let end = deadline(timeout, after: loop.uptimeNanoseconds)
        nextNumber += 1
        let number = nextNumber
        switch reads.arrive(number, opening) {
        case .goes: return try await lead([], statements, opening, until: end)
        case .refused: throw error(for: .exhausted)
        case .waits: break
        }
        switch await turn(of: number, statements, until: end) {
        case .leads(let followers): return try await lead(followers, statements, opening, until: end)
        case .answered(let results): return results
        case .goesAlone: return try await readAlone(statements, opening, until: end)
        case .failed(let error): throw error
        }
    }

    /// Waits in line.
    private func turn(of number: UInt64, _ statements: [PostgresStatement], until end: Int64) async -> ReadTurn
    {
        let (limit, lateness) = lineLimit(until: end, now: loop.uptimeNanoseconds)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let timer = loop.schedule(after: timeLeft(until: limit)) { [weak self] in
                    self?.assumeOnLoop { $0.leaveReads(number, lateness) }
                }
                waitingReads[number] = (WaitingRead(statements: statements, end: end, turn: turn), timer)
                if Task.isCancelled { leaveReads(number, Self.cancelled) }
            }
        } onCancel: {
            loop.execute { self.assumeOnLoop { $0.leaveReads(number, Self.cancelled) } }
        }
    }

    private func leaveReads(_ number: UInt64, _ error: PostgresError) {
        if reads.leave(number) { takeFromLine(number).turn.resume(returning: .failed(error)) }
    }

    private func takeFromLine(_ number: UInt64) -> WaitingRead {
        guard let (read, timer) = waitingReads.removeValue(forKey: number) else {
            preconditionFailure("a read in line is a known one")
        }
        timer.cancel()
        return read
    }

    /// Sends a group of reads, that of the caller first.
    private func lead(
        _ followers: [WaitingRead],
        _ statements: [PostgresStatement],
        _ opening: PostgresStatement,
        until end: Int64
    ) async throws(PostgresError) -> [PostgresResult] {
        defer { endGroup() }
        guard !followers.isEmpty else { return try await readAlone(statements, opening, until: end) }
        // Who has the least time ends it for all: the others have time left to be sent again.
        let limit = followers.reduce(end) { min($0, $1.end) }
        do throws(PostgresError) {
            let all = [opening] + statements + followers.flatMap(\.statements)
            let results = try await pipeline(all, timeout: timeLeft(until: limit))
            var place = 1 + statements.count
            for follower in followers {
                let next = place + follower.statements.count
                follower.turn.resume(returning: .answered(Array(results[place..<next])))
                place = next
            }
            return Array(results[1...statements.count])
        } catch {
            let isEveryones = error.isOfConnection
            for follower in followers {
                follower.turn.resume(returning: isEveryones ? .failed(error) : .goesAlone)
            }
            if isEveryones || Task.isCancelled { throw error }
        }
        return try await readAlone(statements, opening, until: end)
    }

    private func readAlone(
        _ statements: [PostgresStatement],
        _ opening: PostgresStatement,
        until end: Int64
    ) async throws(PostgresError) -> [PostgresResult] {
        do throws(PostgresError) {
            return Array(try await pipeline([opening] + statements, timeout: timeLeft(until: end)).dropFirst())
        } catch {
            throw error.droppingLeadingStatements(1)
        }
    }

    private func endGroup() {
        let group = reads.groupEnded().map(takeFromLine)
        guard let leader = group.first else { return }
        leader.turn.resume(returning: .leads(Array(group.dropFirst())))
    }
}

extension PostgresError {
    /// Whether it says nothing of the statements: there was no connection, or it broke.
    fileprivate var isOfConnection: Bool {
        switch code {
        case .connectionFailed, .poolExhausted, .closed: true
        default: isConnectionDead
        }
    }
}
