internal import CLibpq

/// Follows the answers to one pipeline: which command the next result belongs to, and what became of each.
///
/// A pipeline is a number of commands, each a Parse (for a statement not yet prepared) or an execution, then a Sync.
/// libpq hands out each command's result, then nothing, then the next; the Sync's own result ends it. From the first
/// failure on the server skips everything up to the Sync, and nothing of the pipeline has been done, unless one of its
/// statements committed before.
struct PipelineReader {
    enum Command: Equatable {
        case prepare(sql: String, statement: Int)
        case execute(sql: String, statement: Int, isReused: Bool)
    }

    enum Event {
        /// A command was done; its result, if it is one that the caller wants.
        case completed(OpaquePointer)
        /// The server refused a command.
        case refused(OpaquePointer)
        /// The server skipped a command because of an earlier one.
        case skipped
        /// libpq has handed out everything of this command.
        case endOfCommand
        /// The Sync was answered.
        case synced
    }

    private(set) var commands: [Command]
    private(set) var results: [PostgresResult] = []
    private(set) var error: PostgresError?
    private(set) var prepared: [String] = []
    private(set) var isDone = false
    /// Whether the refused statement had been prepared before: preparing it anew may help.
    private(set) var isRefusalOfReused = false
    private var next = 0
    private var hasCommitted = false

    init(commands: [Command]) {
        self.commands = commands
    }

    /// Takes the next thing that libpq hands out, and owns it.
    ///
    /// - Throws: `PostgresError` (protocolViolation) where it answers nothing that was asked.
    mutating func receive(_ event: Event) throws(PostgresError) {
        switch event {
        case .endOfCommand:
            next += 1
            // A refusal in place of the Sync's answer counts as one more.
            guard next <= commands.count + 1 else {
                throw Self.outOfOrder("ended more commands than were sent")
            }
        case .synced:
            isDone = true
            guard error != nil || results.count == executionCount else {
                throw Self.outOfOrder("answered \(results.count) of \(executionCount) statements")
            }
        case .skipped: break
        case .refused(let raw):
            guard error == nil else { return PQclear(raw) }
            let endsSession = PostgresServerReport(raw)?.endsConnection ?? true
            error = PostgresError(
                refusal: raw,
                statementIndex: statement,
                outcome: outcomeOfRefusal(endsSession: endsSession)
            )
            if case .execute(_, _, isReused: true) = command { isRefusalOfReused = true }
        case .completed(let raw):
            switch command {
            case .prepare(let sql, _):
                prepared.append(sql)
                PQclear(raw)
            case .execute:
                let result = PostgresResult(taking: raw)
                hasCommitted = hasCommitted || result.hasCommandTag("COMMIT")
                results.append(result)
            case nil:
                PQclear(raw)
                throw Self.outOfOrder("answered more than was asked")
            }
        }
    }

    /// What became of the statements where the command under way was refused.
    private func outcomeOfRefusal(endsSession: Bool) -> PostgresError.Outcome {
        guard !hasCommitted else { return .unknown }
        // A refused statement, be it COMMIT, has done nothing. A session that ends may have been past the commit.
        switch command {
        case .prepare: return .notDone
        case .execute(let sql, _, _):
            return !endsSession || PostgresStatement(sql).leavesTransactionOpen ? .notDone : .unknown
        case nil: return endsSession ? .unknown : .notDone
        }
    }

    private var command: Command? { next < commands.count ? commands[next] : nil }

    private var executionCount: Int {
        commands.reduce(0) { count, command in
            if case .execute = command { return count + 1 }
            return count
        }
    }

    private var statement: Int? {
        switch command {
        case .prepare(_, let statement), .execute(_, let statement, _): statement
        case nil: nil
        }
    }

    private static func outOfOrder(_ what: String) -> PostgresError {
        PostgresError(.protocolViolation, "the server \(what)")
    }
}
