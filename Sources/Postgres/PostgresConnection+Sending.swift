internal import CLibpq
internal import EventLoop

/// How statements go out: prepared once and then called by name, or whole; put into libpq's buffer and flushed.
extension PostgresConnection {
    /// How a statement is sent.
    enum Plan: Equatable {
        /// It is prepared already, or by an earlier statement of this pipeline.
        case reuse(name: String)
        case prepare(name: String)
        /// Without a name: parsed each time.
        case unnamed
    }

    func plan(_ statements: [PostgresStatement]) throws(PostgresError) -> [Plan] {
        var plans: [Plan] = []
        plans.reserveCapacity(statements.count)
        var announced: [String: String] = [:]
        for (index, statement) in statements.enumerated() {
            if let name = names[statement.sql] ?? announced[statement.sql] {
                plans.append(.reuse(name: name))
                continue
            }
            try statement.validate(index: index)
            if configuration.isBehindTransactionPooler || names.count + announced.count >= Self.preparedLimit
            {
                plans.append(.unnamed)
                continue
            }
            nextName += 1
            let name = "g\(nextName)"
            announced[statement.sql] = name
            plans.append(.prepare(name: name))
        }
        return plans
    }

    func send(
        _ statements: [PostgresStatement],
        _ plans: [Plan]
    ) throws(PostgresError) -> [PipelineReader.Command] {
        var commands: [PipelineReader.Command] = []
        commands.reserveCapacity(statements.count * 2)
        for (index, (statement, plan)) in zip(statements, plans).enumerated() {
            do throws(PostgresError) {
                try parameters.fill(statement.parameters)
            } catch {
                // Earlier statements may be in libpq's buffer: they must not go out with the next pipeline.
                if index > 0 { close() }
                throw error
            }
            if case .prepare(let name) = plan {
                let types = parameters.types
                try check(PQsendPrepare(raw, name, statement.sql, Int32(types.count), types))
                commands.append(.prepare(sql: statement.sql, statement: index))
            }
            try check(execute(statement.sql, plan))
            let isReused = if case .reuse = plan { true } else { false }
            commands.append(.execute(sql: statement.sql, statement: index, isReused: isReused))
        }
        try check(PQpipelineSync(raw))
        return commands
    }

    private func execute(_ sql: String, _ plan: Plan) -> Int32 {
        let types = parameters.types
        return parameters.withArguments { count, values, lengths, formats in
            switch plan {
            case .reuse(let name), .prepare(let name):
                PQsendQueryPrepared(raw, name, count, values, lengths, formats, 1)
            case .unnamed:
                PQsendQueryParams(raw, sql, count, types, values, lengths, formats, 1)
            }
        }
    }

    private func check(_ result: Int32) throws(PostgresError) {
        guard result == 1 else { throw fail() }
    }

    func flush() async throws(PostgresError) {
        while let raw {
            switch PQflush(raw) {
            case 0:
                registration?.interest = .readable
                return
            case 1:
                // The server may have to be read before it reads on.
                registration?.interest = [.readable, .writable]
                await ready()
                guard self.raw != nil, PQconsumeInput(raw) == 1 else { throw fail() }
            default: throw fail()
            }
        }
        throw fail()
    }
}
