import GRPCCore
import GrimoireAPI
import SwiftProtobuf
import Testing

@testable import SuggestionServing

@Suite("Which exchanges are recorded together")
struct RecordingPlanTests {
    private func job(_ id: String, session: String = "", call: String = "a", bytes: Int = 0) -> RecordingJob {
        RecordingJob(
            suggestion: .with {
                $0.suggestionID = id
                $0.processID = "p"
                $0.sessionID = session
                $0.answer = String(repeating: "x", count: bytes)
            },
            credentials: ["traceparent": .string(call)]
        )
    }

    private func waves(_ jobs: [RecordingJob]) -> [[[String]]] {
        RecordingPlan(jobs).waves.map { $0.map { $0.map(\.suggestion.suggestionID) } }
    }

    @Test("Those of one call go together, in their order; those of another one go beside them")
    func calls() {
        let jobs = [
            job("1", session: "s"), job("2", call: "b"), job("3", session: "t"), job("4", session: "s"),
        ]
        #expect(waves(jobs) == [[["1", "3", "4"], ["2"]]])
        #expect(waves([]).isEmpty)
    }

    @Test("One of a session that another call has gone on with comes after what was there before")
    func sessions() {
        let jobs = [
            job("1", session: "s"), job("2", session: "t"), job("3", session: "s", call: "b"),
            job("4", session: "t"), job("5", session: "u", call: "c"),
        ]
        #expect(waves(jobs) == [[["1", "2"]], [["3"], ["4"], ["5"]]])
    }

    @Test("A batch has a number of exchanges and of bytes at most; one exchange may have more")
    func limits() {
        let many = (1...130).map { job("\($0)") }
        #expect(waves(many).flatMap { $0 }.map(\.count) == [64, 64, 2])
        let large = [
            job("1", bytes: RecordingPlan.batchBytes), job("2", bytes: 1),
            job("3", bytes: RecordingPlan.batchBytes + 1), job("4"),
        ]
        #expect(waves(large) == [[["1"], ["2"], ["3"], ["4"]]])
        // What follows in a full batch's session waits for it.
        let session = (1...65).map { job("\($0)", session: "s") }
        #expect(waves(session).map { $0.map(\.count) } == [[64], [1]])
    }
}
