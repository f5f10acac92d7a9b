import EventLoop
import Synchronization
import Testing

@testable import Postgres

/// Statements that go together, over a real server.
@Suite(.timeLimit(.minutes(2))) struct PoolGatheringTests {
    private typealias Answer = Result<[PostgresResult], PostgresError>

    /// One of many callers.
    private struct Read: Sendable {
        var sql = "SELECT now() AS v"
        var parameters: [PostgresParameter] = []
        var caller = "one"
        var timeout: Duration = .seconds(30)

        func answer(_ server: TestServer) async -> Answer {
            let opening = PostgresStatement("SELECT set_config('test.caller', $1, true)", [.text(caller)])
            let second = PostgresStatement("SELECT current_setting('test.caller') AS v")
            do throws(PostgresError) {
                let statements = [PostgresStatement(sql, parameters), second]
                return .success(try await server.pool.read(statements, opening: opening, timeout: timeout))
            } catch {
                return .failure(error)
            }
        }
    }

    private final class Count: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    /// The answers to reads that come while the only connection is in use: the first goes by itself when it is free, the others
    /// then.
    private func answers(
        _ server: TestServer,
        _ reads: [Read],
        inLine: @Sendable ([Task<Answer, Never>]) -> Void = { _ in }
    ) async throws -> [Answer] {
        let ended = Count()
        let tasks = try await server.pool.withConnection { _ in
            var tasks: [Task<Answer, Never>] = []
            for read in [Read()] + reads {
                tasks.append(
                    Task {
                        let answer = await read.answer(server)
                        ended.add()
                        return answer
                    }
                )
                // On a slow machine the time of one may be over before the last has come.
                try await server.waitUntil { $0.waiting + ended.value >= tasks.count }
            }
            inLine(tasks)
            return tasks
        }
        var answers: [Answer] = []
        for task in tasks.dropFirst() { answers.append(await task.value) }
        return answers
    }

    private func value<Value: PostgresDecodable>(_ answer: Answer, _ index: Int = 0, as: Value.Type) throws
        -> Value
    {
        try #require(try answer.get()[index].first).decode("v")
    }

    private func error(_ answer: Answer) -> PostgresError? {
        if case .failure(let error) = answer { error } else { nil }
    }

    @Test func readsThatWaitGoTogetherInOneTransactionAndEachHasItsOwnAnswer() async throws {
        try await TestServer.with(connections: 1, configure: { $0.readsTogether = 4 }) {
            server async throws in
            let reads = (0..<8).map { number in
                Read(sql: "SELECT now()::text || ' ' || $1 AS v", parameters: [.text("\(number)")])
            }
            let values = try await answers(server, reads).map { try value($0, as: String.self) }
            #expect(values.map { $0.last } == "01234567".map { $0 })
            // The time at which a transaction began.
            let began = values.map { String($0.dropLast(2)) }
            #expect(Set(began[..<4]).count == 1 && Set(began[4...]).count == 1)
            #expect(began[0] != began[4], "no more than four go together")
        }
    }

    @Test func nobodyReadsBehindTheOpeningOfAnother() async throws {
        try await TestServer.with(connections: 2) { server async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let answer = await Read(sql: "SELECT 1", caller: "caller \(number % 3)").answer(
                            server
                        )
                        let caller = try value(answer, 1, as: String.self)
                        #expect(caller == "caller \(number % 3)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func aReadThatIsRefusedTakesNobodyAlong() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            var reads = Array(repeating: Read(), count: 5)
            reads[2].sql = "SELECT 1 / (current_setting('test.caller') = '')::integer AS v"
            let answers = try await self.answers(server, reads)
            let refusal = error(answers[2])
            #expect(refusal?.sqlState == "22012" && refusal?.statementIndex == 0)
            for (index, answer) in answers.enumerated() where index != 2 {
                let caller = try value(answer, 1, as: String.self)
                #expect(caller == "one")
            }
        }
    }

    @Test func aLeaderThatIsRefusedTakesNobodyAlong() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let answers = try await self.answers(server, [Read(sql: "SELECT nothing"), Read(), Read()])
            #expect(error(answers[0])?.sqlState == "42703")
            #expect(error(answers[1]) == nil && error(answers[2]) == nil)
        }
    }

    @Test func theTimeOfOneEndsOnlyItsOwnRead() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let slow = Read(sql: "SELECT pg_sleep(60)", timeout: .milliseconds(300))
            let answers = try await self.answers(server, [Read(), slow, Read()])
            #expect(error(answers[1])?.code == .timedOut)
            #expect(error(answers[0]) == nil && error(answers[2]) == nil)
        }
    }

    @Test func whoIsCancelledInLineLeavesAndTheOthersGo() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let answers = try await self.answers(server, Array(repeating: Read(), count: 3)) {
                $0[2].cancel()
            }
            #expect(error(answers[1])?.code == .cancelled)
            #expect(error(answers[0]) == nil && error(answers[2]) == nil)
        }
    }

    @Test func aLeaderThatIsCancelledUnderWayTakesNobodyAlong() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let key = PostgresParameter.int8(Int64.random(in: 1 ... .max))
            try await TestServer.with(connections: 1) { sessions async throws in
                // The leader waits for a lock that another session holds.
                try await sessions.pool.withConnection { session async throws in
                    _ = try await session.query(PostgresStatement("SELECT pg_advisory_lock($1)", [key]))
                    let (led, begin) = AsyncStream.makeStream(of: Task<Answer, Never>.self)
                    async let answered = self.answers(
                        server,
                        [
                            Read(sql: "SELECT pg_advisory_xact_lock_shared($1)", parameters: [key]), Read(),
                            Read(),
                        ]
                    ) { begin.yield($0[1]) }
                    for await leader in led {
                        let look = PostgresStatement(
                            "SELECT count(*) AS v FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                                + " AND (classid::bigint << 32 | objid::bigint) = $1",
                            [key]
                        )
                        while try await session.query(look).first?.decode("v", as: Int64.self) == 0 {}
                        leader.cancel()
                        break
                    }
                    let answers = try await answered
                    #expect(error(answers[0])?.code == .cancelled)
                    #expect(error(answers[1]) == nil && error(answers[2]) == nil)
                }
            }
        }
    }

    @Test func aSessionThatEndsIsEveryonesError() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            let end = Read(sql: "SELECT pg_terminate_backend(pg_backend_pid())")
            let ended = try await self.answers(server, [Read(), end, Read()])
            #expect(ended.allSatisfy { error($0)?.isConnectionDead == true })
            let next = await Read().answer(server)
            #expect(error(next) == nil)
        }
    }

    @Test func whenTheLineIsFullTheNextFailsAtOnce() async throws {
        try await TestServer.with(connections: 1, configure: { $0.waiters = 2 }) { server async throws in
            let refused = try await server.pool.withConnection { _ in
                let reads = (0..<3).map { _ in Task { await Read().answer(server) } }
                try await server.waitUntil { $0.waiting >= 3 }
                let refused = await Read().answer(server)
                return (refused, reads)
            }
            #expect(error(refused.0)?.code == .poolExhausted)
            for read in refused.1 {
                let answer = await read.value
                #expect(error(answer) == nil)
            }
        }
    }

    @Test func whoWaitsForTooLongFails() async throws {
        try await TestServer.with(
            connections: 1,
            configure: {
                $0.waitTimeout = .milliseconds(10)
                $0.minimumConnections = 1
            }
        ) { server async throws in
            await server.pool.start()
            try await server.waitUntil { $0.idle == 1 }
            try await server.pool.withConnection { _ in
                async let first = Read().answer(server)
                let second = await Read().answer(server)
                let answers = [await first, second]
                #expect(answers.allSatisfy { error($0)?.code == .poolExhausted })
            }
        }
    }

    // MARK: Writes

    /// Writes that come while the only connection is in use, each with a number of its own: the first goes by itself, the others then.
    private func written(
        _ server: TestServer,
        _ sql: String,
        _ numbers: [Int32]
    ) async throws -> [Result<PostgresResult, PostgresError>] {
        let opening = PostgresStatement("SELECT set_config('test.caller', 'writer', true)")
        let tasks = try await server.pool.withConnection { _ in
            var tasks: [Task<PostgresResult, any Error>] = []
            for number in numbers {
                let id = try #require(PostgresUUID(bytes: [UInt8](repeating: UInt8(number), count: 16)))
                tasks.append(
                    Task {
                        try await server.pool.write(
                            PostgresStatement(sql, [.int4(number)]),
                            locking: id,
                            opening: opening
                        )
                    }
                )
                try await server.waitUntil { $0.waiting >= tasks.count }
            }
            return tasks
        }
        var results: [Result<PostgresResult, PostgresError>] = []
        for task in tasks { results.append(await task.result.mapError { $0 as! PostgresError }) }
        return results
    }

    @Test func writesThatWaitAreCommittedTogetherInTheOrderOfWhatTheyLock() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.withTable("place serial, number integer, began timestamptz DEFAULT now()") {
                table async throws in
                let sql = "INSERT INTO \(table) (number) VALUES ($1) RETURNING number AS v"
                let results = try await written(server, sql, [1, 9, 3, 7, 5])
                let answered = try results.map { try $0.get().first?.decode("v", as: Int32.self) }
                #expect(answered == [1, 9, 3, 7, 5], "each caller has its own answer")
                let rows = try await server.query("SELECT number, began::text FROM \(table) ORDER BY place")
                let numbers = try rows.rows.map { try $0.decode("number", as: Int32.self) }
                #expect(numbers == [1, 3, 5, 7, 9])
                let times = try rows.rows.map { try $0.decode("began", as: String.self) }
                #expect(Set(times.dropFirst()).count == 1 && times[0] != times[1])
            }
        }
    }

    @Test func aWriteThatIsRefusedTakesNobodyAlongAndNothingIsDoneTwice() async throws {
        try await TestServer.with(connections: 1) { server async throws in
            try await server.withTable("number integer CHECK (number <> 4)") { table async throws in
                let results = try await written(
                    server,
                    "INSERT INTO \(table) VALUES ($1) RETURNING number AS v",
                    [1, 6, 4, 3, 5]
                )
                #expect(throws: PostgresError.self) { try results[2].get() }
                for (index, result) in results.enumerated() where index != 2 {
                    #expect(try result.get().count == 1)
                }
                let sql = "SELECT string_agg(number::text, ' ' ORDER BY number) AS v FROM \(table)"
                #expect(try await server.value(sql) == "1 3 5 6")
            }
        }
    }

    @Test func writersOfTheSameRowsInAnyOrderDoNotBlockOneAnother() async throws {
        try await TestServer.with(connections: 4) { server async throws in
            try await server.withTable("number integer PRIMARY KEY, count integer DEFAULT 0") {
                table async throws in
                _ = try await server.query(
                    "INSERT INTO \(table) SELECT generate_series(0, 9) RETURNING number"
                )
                let opening = PostgresStatement("SELECT set_config('test.caller', 'writer', true)")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in (0..<400).map({ Int32($0 % 10) }).shuffled() {
                        let id = try #require(
                            PostgresUUID(bytes: [UInt8](repeating: UInt8(number), count: 16))
                        )
                        let sql = "UPDATE \(table) SET count = count + 1 WHERE number = $1"
                        group.addTask {
                            _ = try await server.pool.write(
                                PostgresStatement(sql, [.int4(number)]),
                                locking: id,
                                opening: opening
                            )
                        }
                    }
                    try await group.waitForAll()
                }
                let sql = "SELECT count(*) AS v FROM \(table) WHERE count = 40"
                #expect(try await server.value(sql) == Int64(10))
            }
        }
    }
}

extension TestServer {
    /// Looks at the pool again and again, without keeping a core from other tests; the test's time limit ends it.
    fileprivate func waitUntil(_ isSo: (PostgresPool.Statistics) -> Bool) async throws {
        while !isSo(await pool.statistics) { try await loop.sleep(for: .milliseconds(1)) }
    }
}
