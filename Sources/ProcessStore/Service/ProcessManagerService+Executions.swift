internal import FoundationEssentials
public import GRPCCore
public import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

extension ProcessManagerService {
    /// See Protos/grimoire/v1/process_manager.proto.
    public func recordExecutions(
        request: Grimoire_V1_RecordExecutionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_RecordExecutionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        let executions = validator.executions(request.executions)
        try validator.finish()
        // The same run twice in one call is one run.
        var seen: Set<String> = []
        let distinct = executions.filter { seen.insert($0.id).inserted }
        let recorded = try await store.record(distinct, of: process, author: Author(caller))
        Call.current?.wasAudited()
        return .with {
            $0.processID = process.text
            $0.recorded = Int32(recorded)
            $0.known = Int32(executions.count - recorded)
        }
    }

    /// See Protos/grimoire/v1/process_manager.proto.
    public func summarizeExecutions(
        request: Grimoire_V1_SummarizeExecutionsRequest,
        context: ServerContext
    ) async throws -> Grimoire_V1_SummarizeExecutionsResponse {
        let caller = try Caller.require()
        var validator = RequestValidator()
        let process = validator.process(request.processID)
        validator.version(request.versionNumber, "version")
        let period = validator.period(request)
        try validator.finish()
        Call.current?.concerns(request.versionNumber)
        let filter = Queries.RunFilter(
            process: process,
            version: request.versionNumber,
            from: period.from,
            to: period.to
        )
        let figures = try await store.summarize(
            filter,
            interval: request.interval,
            organization: caller.organizationID
        )
        return try Grimoire_V1_SummarizeExecutionsResponse(figures, of: filter)
    }
}

extension Grimoire_V1_SummarizeExecutionsResponse {
    /// From what was found by `filter`.
    ///
    /// - Throws: `PostgresError` (decoding).
    init(_ figures: ProcessStore.RunFigures, of filter: Queries.RunFilter) throws {
        self.init()
        processID = filter.process.text
        fromTime = filter.from.timestamp
        toTime = filter.to.timestamp
        for row in figures.byVersion.rows {
            let summary = try Grimoire_V1_ExecutionSummary(row)
            if try row.decodeOptional("version_number", as: Int32.self) == nil {
                total = summary
            } else if versions.count < RequestLimits.summarizedVersions {
                versions.append(summary)
            }
        }
        intervals = try figures.byInterval?.rows.map(Grimoire_V1_ExecutionSummary.init) ?? []
        errors = try figures.errors.rows.map(Grimoire_V1_ExecutionErrors.init)
        slowestActions = try figures.slowest.rows.map(Grimoire_V1_ActionSummary.init)
        failingActions = try figures.failing.rows.map(Grimoire_V1_ActionSummary.init)
    }
}

extension Grimoire_V1_ExecutionSummary {
    /// From a row of `Queries.runsByVersion` or `Queries.runsByInterval`.
    fileprivate init(_ row: PostgresRow) throws {
        self.init()
        versionNumber = (try? row.decodeOptional("version_number", as: Int32.self)) ?? 0
        if (try? row.instant("interval_start")) != nil {
            intervalStart = try row.instant("interval_start").timestamp
        }
        runs = try row.decode("runs")
        succeeded = try row.decode("succeeded")
        failed = try row.decode("failed")
        timedOut = try row.decode("timed_out")
        cancelled = try row.decode("cancelled")
        guard runs > 0 else { return }
        successRate = Double(succeeded) / Double(runs)
        p50 = .init(microseconds: try row.decode("p50"))
        p95 = .init(microseconds: try row.decode("p95"))
        firstStartedAt = try row.instant("first_started_at").timestamp
        lastStartedAt = try row.instant("last_started_at").timestamp
    }
}

extension Grimoire_V1_ExecutionErrors {
    fileprivate init(_ row: PostgresRow) throws {
        self.init()
        versionNumber = try row.decode("version_number")
        line = try row.decode("line")
        errorType = try row.decode("error_type")
        count = try row.decode("count")
        lastMessage = try row.decodeOptional("last_message") ?? ""
        lastStartedAt = try row.instant("last_started_at").timestamp
    }
}

extension Grimoire_V1_ActionSummary {
    fileprivate init(_ row: PostgresRow) throws {
        self.init()
        name = try row.decode("name")
        calls = try row.decode("calls")
        failures = try row.decode("failures")
        runs = try row.decode("runs")
        let microseconds: Int64 = try row.decode("duration")
        totalDuration = .init(microseconds: microseconds)
        if calls > 0 {
            failureRate = Double(failures) / Double(calls)
            meanDuration = .init(microseconds: microseconds / calls)
        }
    }
}
