internal import CLibpq

/// Follows the answers to one pipeline: which command the next result belongs to, and what became of each.
///
/// A pipeline is a number of commands, each a Parse (for a statement not yet prepared) or an execution, then a Sync.
/// libpq hands out each command's result, then nothing, then the next; the Sync's own result ends it. From the first
/// failure on the server skips everything up to the Sync, and nothing of the pipeline has been done.
struct PipelineReader {
    enum Command: Equatable {
        case prepare(sql: String, statement: Int)
        case execute(statement: Int)
    }

    enum Event {
        /// A command was done; its result, if it is one that the caller wants.
        case completed(OpaquePointer?)
        /// The server refused a command.
        case refused(OpaquePointer?)
        /// The server skipped a command because of an earlier one.
        case skipped
        /// libpq has handed out everything of this command.
        case endOfCommand
        /// The Sync was answered.
        case synced
    }

    private(set) var commands: [Command]
    private var next = 0
    private(set) var results: [PostgresResult] = []
    private(set) var error: PostgresError?
    private(set) var prepared: [String] = []
    private(set) var isDone = false

    init(commands: [Command]) {
        self.commands = commands
    }

    /// Takes the next thing that libpq hands out, and owns it.
    mutating func receive(_ event: Event) {
        switch event {
        case .endOfCommand: next += 1
        case .synced: isDone = true
        case .skipped: break
        case .refused(let raw):
            guard error == nil, let raw else { return }
            error = PostgresError(refusal: raw, statementIndex: statement)
        case .completed(let raw):
            guard next < commands.count else { return }
            switch commands[next] {
            case .prepare(let sql, _):
                prepared.append(sql)
                if let raw { PQclear(raw) }
            case .execute:
                if let raw { results.append(PostgresResult(taking: raw)) }
            }
        }
    }

    private var statement: Int? {
        guard next < commands.count else { return nil }
        switch commands[next] {
        case .prepare(_, let statement), .execute(let statement): return statement
        }
    }
}

extension PostgresError {
    /// From a result with an error; frees it.
    init(refusal raw: OpaquePointer, statementIndex: Int?) {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(raw, Int32($0)) }.map { String(cString: $0) }
        }
        // The letters are libpq's PG_DIAG_ macros (postgres_ext.h).
        self.init(
            .server,
            field("M") ?? String(cString: PQresultErrorMessage(raw)).trimmingNewlines,
            sqlState: field("C"),
            detail: field("D"),
            constraint: field("n"),
            statementIndex: statementIndex
        )
        PQclear(raw)
    }
}
