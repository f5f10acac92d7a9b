import Logging
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct ReadinessMachineTests {
    @Test func aRoundEndsWithItsLastProbe() {
        var machine = ReadinessMachine(count: 2)
        #expect(machine.asked() == [0, 1])
        #expect(machine.asked() == nil, "one round at a time")
        #expect(machine.returned(1, round: 1, isThere: false) == false)
        #expect(machine.returned(0, round: 1, isThere: true) == true)
        #expect(machine.outcomes == [.there, .away])
        #expect(machine.timeIsOver(round: 1) == false, "it is over already")
        #expect(machine.asked() == [0, 1])
    }

    @Test func aProbeThatHangsIsCalledOutAndNotBegunAgainUntilItReturns() {
        var machine = ReadinessMachine(count: 2)
        _ = machine.asked()
        _ = machine.returned(0, round: 1, isThere: true)
        #expect(machine.timeIsOver(round: 1) == true)
        #expect(machine.outcomes == [.there, .silent])
        #expect(machine.asked() == [0])
        #expect(machine.returned(0, round: 2, isThere: true) == true, "nothing else is waited for")
        #expect(machine.outcomes == [.there, .silent])
        #expect(machine.returned(1, round: 1, isThere: true) == false, "its round is long over")
        #expect(machine.asked() == [0, 1])
    }

    @Test func aRoundWithNothingToBeginIsOverAtOnce() {
        var none = ReadinessMachine(count: 0)
        #expect(none.asked() == [])
        #expect(none.timeIsOver(round: 1) == true)
    }
}

@Suite struct ReadinessTests {
    private struct Away: Error {}

    private func report(
        _ checks: [ReadinessCheck],
        logger: Logger = quiet,
        _ body: @escaping @Sendable (ReadinessMonitor) async throws -> Void
    ) async throws {
        let readiness = ReadinessMonitor(checks: checks, logger: logger)
        try await withThreads { threads in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await readiness.run(threads) }
                try await untilTrue { await readiness.hasBegun }
                try await body(readiness)
                group.cancelAll()
            }
        }
    }

    @Test func itTellsWhichPartIsNotThere() async throws {
        let checks = [ReadinessCheck("database") {}, ReadinessCheck("upstream") { throw Away() }]
        try await report(checks) { readiness in
            #expect(await readiness.report().answer.status == 503, "it does not listen yet")
            readiness.isServing()
            let report = await readiness.report()
            #expect(!report.isReady)
            #expect(
                report.answer.body
                    == #"{"status":"not ready","checks":[{"name":"database","ready":true,"required":true,"state":"ready"},"#
                    + #"{"name":"upstream","ready":false,"required":true,"state":"not ready"}]}"# + "\n"
            )
        }
    }

    @Test func aServiceIsReadyWithoutWhatItCanDoWithout() async throws {
        try await report([ReadinessCheck("cache", isRequired: false) { throw Away() }]) { readiness in
            readiness.isServing()
            let report = await readiness.report()
            #expect(report.answer.status == 200)
            #expect(report.answer.body.contains(#""name":"cache","ready":false"#))
        }
    }

    @Test func aProbeThatHangsTakesNoLongerThanItsTime() async throws {
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        let checks = [
            ReadinessCheck("database") {
                for await _ in never {}
                throw Away()
            }
        ]
        try await report(checks) { readiness in
            readiness.isServing()
            async let one = readiness.report()
            async let two = readiness.report()
            #expect(await one.parts.first?.state == "no answer within 1 s")
            #expect(await two.isReady == false)
        }
    }

    @Test func aStoppingServiceIsNotReadyAtOnce() async throws {
        try await report([]) { readiness in
            readiness.isServing()
            #expect(await readiness.report().isReady)
            readiness.isStopping()
            #expect(await readiness.report().answer.body.contains("stopping"))
            readiness.isServing()
            #expect(await readiness.report().answer.status == 503)
        }
    }

    @Test func onlyChangesAreLogged() async throws {
        let recorder = LogRecorder()
        try await report([ReadinessCheck("database") { throw Away() }], logger: recorder.logger(.info)) {
            readiness in
            readiness.isServing()
            for _ in 0..<3 { _ = await readiness.report() }
            #expect(recorder.lines.count == 1)
            #expect(recorder.lines.first?.metadata["part"] == "database")
        }
    }
}
