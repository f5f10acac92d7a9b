internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

extension RequestValidator {
    /// How far a client's clock may be ahead of ours.
    private static let clockSkewMicroseconds: Int64 = 86_400_000_000
    private static let intervals = ["hour": 3_600, "day": 86_400, "week": 604_800, "month": 28 * 86_400]

    /// The runs of a request, as far as they are right.
    mutating func executions(_ runs: [Grimoire_V1_ProcessExecution]) -> [ExecutionRecord] {
        guard (1...RequestLimits.executions).contains(runs.count) else {
            reject(
                "executions",
                "must have 1 to \(RequestLimits.executions) entries; it has \(runs.count).",
                runs.isEmpty ? "REQUIRED" : "TOO_MANY"
            )
            return []
        }
        let latest = Instant.now.microseconds + Self.clockSkewMicroseconds
        return runs.enumerated().map { index, run in
            execution(run, "executions[\(index)]", latest: latest)
        }
    }

    private mutating func execution(
        _ run: Grimoire_V1_ProcessExecution,
        _ field: String,
        latest: Int64
    ) -> ExecutionRecord {
        let id = uuid(run.executionID, "\(field).execution_id")
        if run.versionNumber < 1 {
            reject("\(field).version_number", "is required: give a version from 1 on.", "OUT_OF_RANGE")
        }
        let started = run.hasStartedAt ? run.startedAt.instant : nil
        if started.map({ $0.microseconds <= latest && $0.microseconds >= 0 }) != true {
            reject(
                "\(field).started_at",
                "is required: give a time since 1970 that is not to come.",
                "OUT_OF_RANGE"
            )
        }
        let duration = run.duration.microseconds
        if duration == nil {
            reject("\(field).duration", "must be from 0 to \(RequestLimits.periodDays) days.", "OUT_OF_RANGE")
        }
        if !ExecutionRecord.outcomes.contains(run.outcome) {
            let allowed = ExecutionRecord.outcomes.joined(separator: ", ")
            reject("\(field).outcome", "must be one of \(allowed).", "NOT_ALLOWED")
        }
        if run.outcome == "failed", run.errorType.isEmpty {
            reject("\(field).error_type", "is required where a run failed.", "REQUIRED")
        }
        text(run.errorType, "\(field).error_type", characters: RequestLimits.runNameCharacters)
        text(run.errorMessage, "\(field).error_message", characters: RequestLimits.errorMessageCharacters)
        if run.errorLine < 0 {
            reject("\(field).error_line", "must be 1 or more, or absent.", "OUT_OF_RANGE")
        }
        return ExecutionRecord(
            id: id.text,
            version: run.versionNumber,
            started: started?.microseconds ?? 0,
            duration: duration ?? 0,
            outcome: run.outcome,
            errorType: run.errorType.isEmpty ? nil : run.errorType,
            errorLine: run.errorLine == 0 ? nil : run.errorLine,
            errorMessage: run.errorMessage.isEmpty ? nil : run.errorMessage,
            actions: actions(run.actions, field)
        )
    }

    private mutating func actions(
        _ actions: [Grimoire_V1_ExecutedAction],
        _ field: String
    ) -> [ExecutionRecord.Action] {
        if actions.count > RequestLimits.executedActions {
            reject(
                "\(field).actions",
                "must have at most \(RequestLimits.executedActions) entries; it has \(actions.count).",
                "TOO_MANY"
            )
            return []
        }
        var places: [String: Int] = [:]
        var found: [ExecutionRecord.Action] = []
        for (index, action) in actions.enumerated() {
            let place = "\(field).actions[\(index)]"
            if action.name.isEmpty { reject("\(place).name", "is required.", "REQUIRED") }
            text(action.name, "\(place).name", characters: RequestLimits.runNameCharacters)
            if action.calls < 1 { reject("\(place).calls", "must be 1 or more.", "OUT_OF_RANGE") }
            if action.failures < 0 || action.failures > max(action.calls, 0) {
                reject("\(place).failures", "must be from 0 to the number of calls.", "OUT_OF_RANGE")
            }
            let duration = action.duration.microseconds
            if duration == nil {
                reject(
                    "\(place).duration",
                    "must be from 0 to \(RequestLimits.periodDays) days.",
                    "OUT_OF_RANGE"
                )
            }
            let called = ExecutionRecord.Action(
                name: action.name,
                calls: action.calls,
                failures: action.failures,
                duration: duration ?? 0
            )
            // Each stands for all calls of one action.
            if let known = places[action.name] {
                found[known] = found[known].merged(with: called)
            } else {
                places[action.name] = found.count
                found.append(called)
            }
        }
        return found
    }

    /// The period that a request asks for, and in which intervals.
    mutating func period(_ request: Grimoire_V1_SummarizeExecutionsRequest) -> (from: Instant, to: Instant) {
        let period = period(
            from: request.hasFromTime ? request.fromTime : nil,
            to: request.hasToTime ? request.toTime : nil,
            fields: ("from", "to")
        )
        if !request.interval.isEmpty {
            if let seconds = Self.intervals[request.interval] {
                // Intervals begin on the hour, whenever the period does, and its end is not of it.
                let length = Int64(seconds) * 1_000_000
                let first = Self.floor(period.from.microseconds, by: length)
                let last = Self.floor(period.to.microseconds - 1, by: length)
                if last - first >= Int64(RequestLimits.summarizedIntervals) {
                    reject(
                        "interval",
                        "gives more than \(RequestLimits.summarizedIntervals) intervals: take a longer one.",
                        "OUT_OF_RANGE"
                    )
                }
            } else {
                reject("interval", "must be hour, day, week or month, or absent.", "NOT_ALLOWED")
            }
        }
        return period
    }

    private static func floor(_ number: Int64, by divisor: Int64) -> Int64 {
        let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// A period; without a beginning it has the usual length, as far as there is time, without an end it ends now.
    mutating func period(
        from first: Google_Protobuf_Timestamp?,
        to last: Google_Protobuf_Timestamp?,
        fields: (from: String, to: String)
    ) -> (from: Instant, to: Instant) {
        let day: Int64 = 86_400_000_000
        let to = last.map(\.instant) ?? Instant.now
        if to == nil { reject(fields.to, "is no time.", "OUT_OF_RANGE") }
        let end = to ?? .now
        let from =
            first.map(\.instant)
            ?? max(.earliest, Instant(microseconds: end.microseconds - RequestLimits.defaultPeriodDays * day))
        let begin = from ?? end
        let span = end.microseconds - begin.microseconds
        if from == nil || span <= 0 || span > RequestLimits.periodDays * day {
            reject(
                first == nil ? fields.to : fields.from,
                first == nil
                    ? "must be after the first moment of year 1."
                    : "must be before the end, at most \(RequestLimits.periodDays) days.",
                "OUT_OF_RANGE"
            )
        }
        return (begin, end)
    }
}
