internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension ProcessStore {
    /// Stores runs of a process; those that are known already stay as they are.
    ///
    /// - Returns: How many were new.
    func record(_ executions: [ExecutionRecord], of process: UUID, author: Author) async throws -> Int {
        let head = try await read(author.organization, Queries.head(process: process))[0]
        guard let row = head.first else { throw ServiceError.notFound("process", process.text) }
        let latest: Int32 = try row.decode("latest_version")
        var validator = RequestValidator()
        for (index, execution) in executions.enumerated() where execution.version > latest {
            validator.reject(
                "executions[\(index)].version_number",
                "must be a version of the process, which has \(latest).",
                "OUT_OF_RANGE"
            )
        }
        try validator.finish()
        let json = try await workshop.run(bytes: executions.count * 256) {
            String(decoding: try JSONEncoder().encode(executions), as: UTF8.self)
        }
        let stored = try await write(Queries.record(json, process: process, author: author), author)
        guard let stored else { throw Self.broken("recording executions returned no row") }
        return Int(try stored.decode("recorded", as: Int64.self))
    }

    /// What the runs of a period say, as rows.
    struct RunFigures: Sendable {
        let byVersion: PostgresResult
        let byInterval: PostgresResult?
        let errors: PostgresResult
        let slowest: PostgresResult
        let failing: PostgresResult

        /// What is asked for them.
        static func statements(_ filter: Queries.RunFilter) -> [PostgresStatement] {
            [
                Queries.runsByVersion(filter, limit: RequestLimits.summarizedVersions + 1),
                Queries.runErrors(filter, limit: RequestLimits.summarizedErrors),
                Queries.runActions(filter, by: .slowest, limit: RequestLimits.summarizedActions),
                Queries.runActions(filter, by: .failing, limit: RequestLimits.summarizedActions),
            ]
        }

        /// From the answers to `statements`, and those by interval where they were asked for.
        init(_ results: some Sequence<PostgresResult>, byInterval: PostgresResult? = nil) {
            let results = Array(results)
            byVersion = results[0]
            errors = results[1]
            slowest = results[2]
            failing = results[3]
            self.byInterval = byInterval
        }
    }

    /// Summarizes the runs that `filter` takes.
    func summarize(
        _ filter: Queries.RunFilter,
        interval: String,
        organization: UUID
    ) async throws -> RunFigures {
        let statements =
            [Queries.organization(organization), Queries.head(process: filter.process)]
            + RunFigures.statements(filter)
        let intervals =
            interval.isEmpty
            ? []
            : [Queries.runsByInterval(filter, unit: interval, limit: RequestLimits.summarizedIntervals)]
        let results = try await translated { try await send(statements + intervals) }
        guard results[1].first != nil else { throw ServiceError.notFound("process", filter.process.text) }
        return RunFigures(results[2..<6], byInterval: interval.isEmpty ? nil : results[6])
    }
}
