internal import CLibpq
internal import EventLoop

/// One pipeline, from its statements to results or an error.
extension PostgresConnection {
    /// One pipeline within its time.
    func exchange(
        _ statements: [PostgresStatement],
        timeout: Duration,
        heedsCancellation: Bool
    ) async throws(PostgresError) -> [PostgresResult] {
        guard raw != nil else { throw PostgresError(.closed, "the connection is closed") }
        guard !isBusy else {
            throw PostgresError(.misuse, "a connection does one pipeline at a time, and another is under way")
        }
        guard timeout > .zero else {
            throw PostgresError(.timedOut, "the time was over before anything was sent")
        }
        let plan = try plan(statements)
        isBusy = true
        defer { isBusy = false }
        exchangeNumber += 1
        let number = exchangeNumber
        let timer = loop.schedule(after: timeout) { [weak self] in
            self?.assumeOnLoop { $0.interrupt(number, .deadline) }
        }
        defer { timer.cancel() }
        let results: Result<[PostgresResult], PostgresError>
        if heedsCancellation {
            // The closure names self: it would run off the loop otherwise.
            results = await withTaskCancellationHandler {
                await self.answers(to: statements, plan)
            } onCancel: {
                loop.execute { self.assumeOnLoop { $0.interrupt(number, .cancellation) } }
            }
        } else {
            results = await answers(to: statements, plan)
        }
        let interruption = await endInterruption()
        return try results.mapError { interruption?.error(from: $0) ?? $0 }.get()
    }

    private func answers(
        to statements: [PostgresStatement],
        _ plan: [Plan]
    ) async -> Result<[PostgresResult], PostgresError> {
        do throws(PostgresError) {
            let commands = try send(statements, plan)
            try await flush()
            return .success(try await read(commands, plan))
        } catch {
            return .failure(error)
        }
    }

    private func read(
        _ commands: [PipelineReader.Command],
        _ plans: [Plan]
    ) async throws(PostgresError) -> [PostgresResult] {
        var reader = PipelineReader(commands: commands)
        while !reader.isDone {
            guard let raw else { throw fail() }
            if PQisBusy(raw) == 1 {
                await ready()
                guard self.raw != nil, PQconsumeInput(raw) == 1 else { throw fail() }
                continue
            }
            do throws(PostgresError) {
                try reader.receive(try nextEvent(raw))
            } catch {
                if error.isConnectionDead { close() }
                throw error
            }
            // What the server says last, when it is stopped, ends the session: no answer to the Sync follows.
            if let error = reader.error, error.isConnectionDead {
                close()
                throw error
            }
        }
        tellNotifications()
        remember(reader.prepared, commands, plans)
        guard let error = reader.error else { return reader.results }
        throw forgetting(error, isReused: reader.isRefusalOfReused)
    }

    private func remember(_ prepared: [String], _ commands: [PipelineReader.Command], _ plans: [Plan]) {
        guard !prepared.isEmpty else { return }
        for case .prepare(let sql, let statement) in commands where prepared.contains(sql) {
            if case .prepare(let name) = plans[statement] { names[sql] = name }
        }
    }

    /// A plan that a migration has outdated, or a name that the server has lost: prepared anew, it may work.
    private func forgetting(_ error: PostgresError, isReused: Bool) -> PostgresError {
        guard isReused, error.sqlState == .featureNotSupported || error.sqlState == .noSuchStatement else {
            return error
        }
        names = [:]
        return error.changed(
            error.code,
            error.message,
            statementIndex: error.statementIndex,
            isStalePlan: true
        )
    }

    private func nextEvent(_ raw: OpaquePointer) throws(PostgresError) -> PipelineReader.Event {
        guard let result = PQgetResult(raw) else {
            guard PQstatus(raw) == CONNECTION_OK else { throw fail() }
            return .endOfCommand
        }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            PQclear(result)
            return .synced
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .skipped
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            return .completed(result)
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            throw PostgresError(
                .misuse,
                "COPY cannot be part of a pipeline",
                outcome: .unknown,
                isConnectionDead: true
            )
        default:
            // A cut line is told by libpq, in a result without an SQLSTATE.
            guard PQstatus(raw) == CONNECTION_OK || PQresultErrorField(result, sqlStateField) != nil else {
                PQclear(result)
                throw fail()
            }
            return .refused(result)
        }
    }

    /// PG_DIAG_SQLSTATE (postgres_ext.h).
    private var sqlStateField: Int32 { Int32(UInt8(ascii: "C")) }
}
