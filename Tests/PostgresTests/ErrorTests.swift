import Testing

@testable import Postgres

@Suite struct ErrorTests {
    private func server(
        _ state: PostgresError.SQLState,
        severity: String = "ERROR",
        outcome: PostgresError.Outcome = .notDone
    ) -> PostgresError {
        let report = PostgresServerReport(sqlState: state, severity: severity, message: "no")
        return PostgresError(.server, "no", report: report, outcome: outcome)
    }

    @Test(arguments: ["40001", "40P01", "55P03", "53300", "57P01", "57P03", "26000", "25006"])
    func whatPassesByItselfIsRetriableWhereNothingWasDone(state: String) {
        #expect(server(.init(rawValue: state)).isRetriable)
        #expect(!server(.init(rawValue: state), outcome: .unknown).isRetriable)
    }

    @Test(arguments: ["23505", "42601", "22003", "57014", "0A000", "53100"])
    func whatFailsTheSameAgainIsNot(state: String) {
        #expect(!server(.init(rawValue: state)).isRetriable)
    }

    @Test func aFatalErrorAndAStandbyEndTheConnection() {
        #expect(server("57P01", severity: "FATAL").isConnectionDead)
        #expect(server("25P03", severity: "FATAL").isConnectionDead)
        #expect(server(.readOnlyTransaction).isConnectionDead)
        #expect(!server(.uniqueViolation).isConnectionDead)
        #expect(PostgresError(.connectionLost, "x").isConnectionDead)
        #expect(!PostgresError(.poolExhausted, "x").isConnectionDead)
    }

    @Test func aLostConnectionMayHaveDoneItAndIsNotRetried() {
        #expect(PostgresError(.connectionLost, "x").outcome == .unknown)
        #expect(!PostgresError(.connectionLost, "x").isRetriable)
        #expect(PostgresError(.connectionFailed, "x").isRetriable)
        #expect(PostgresError(.poolExhausted, "x").isRetriable)
        #expect(!PostgresError(.timedOut, "x").isRetriable)
    }

    @Test func aLogLineSaysWhatWhereAndWhatToDo() {
        var report = PostgresServerReport(sqlState: .uniqueViolation, message: "duplicate key")
        report.constraint = "t_pkey"
        report.detail = "Key (a)=(1) already exists."
        let error = PostgresError(.server, "duplicate key", report: report, statementIndex: 1)
        let line = "PostgreSQL: duplicate key [23505] in statement 1, constraint t_pkey."
        #expect(error.description.hasPrefix(line + " A constraint stands"))
        #expect(error.debugDescription.contains("detail: Key (a)=(1)"))
        #expect(error.debugDescription.contains("PostgresTests/ErrorTests.swift"))
    }

    @Test func onlyAStatementThatCannotCommitLeavesItsTransactionOpen() {
        for sql in [
            "SELECT 1", "  insert into t", "(select 1)", "with a as (select 1) select 1", "BEGIN READ ONLY",
        ] {
            #expect(PostgresStatement(sql).leavesTransactionOpen, "\(sql)")
        }
        for sql in ["COMMIT", "end", "CALL p()", "DO $$ $$", "VACUUM", "", "/* */ SELECT 1"] {
            #expect(!PostgresStatement(sql).leavesTransactionOpen, "\(sql)")
        }
    }
}
