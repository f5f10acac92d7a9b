import CoreMetrics
import EventLoop
import GRPCCore
import GrimoireAPI
import Logging
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import SuggestionServing

@Suite("Recording exchanges")
struct SuggestionRecorderTests {
    private func withRecorder(
        easyCount: Int,
        slowingTime: Duration,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (SuggestionRecorder, FakeRecords) async throws -> Void
    ) async throws {
        try await withDesk(script: { _, _ in true }) { desk in
            let recorder = SuggestionRecorder(
                records: desk.desk.pipeline.records,
                loop: desk.desk.pipeline.recorder.loop,
                logger: logger,
                metrics: SuggestionMetrics(factory: NOOPMetricsHandler.instance),
                easyCount: easyCount,
                slowingTime: slowingTime
            )
            async let running: Void = recorder.run()
            let result: Result<Void, any Error>
            do { result = .success(try await body(recorder, desk.storage)) } catch {
                result = .failure(error)
            }
            await recorder.close()
            await running
            try result.get()
        }
    }

    private static func exchange(_ id: String) -> Grimoire_V1_Suggestion {
        .with {
            $0.suggestionID = id
            $0.sessionID = "s"
        }
    }

    @Test("Whoever brings more than storage takes goes on when there is room again")
    func slowed() async throws {
        try await withRecorder(easyCount: 1, slowingTime: .seconds(60)) { recorder, storage in
            storage.state.withLock { $0.recordFailures = [RPCError(code: .unavailable, message: "away")] }
            await recorder.submit(Self.exchange("1"), [:])
            await recorder.submit(Self.exchange("2"), [:])
            #expect(storage.recorded.first?.suggestionID == "1")
            #expect(recorder.unsettled(["1", "2", "3"]).map(\.suggestionID).contains("1") == false)
        }
    }

    @Test(
        "It goes on after a moment where there is none; nothing is lost, and sessions stay in order until the end"
    )
    func away() async throws {
        let ids = (1...20).map(String.init)
        let storage = try await withStorage(ids)
        #expect(storage.recorded.map(\.suggestionID) == ids)
    }

    private func withStorage(_ ids: [String]) async throws -> FakeRecords {
        let kept = Mutex<FakeRecords?>(nil)
        try await withRecorder(easyCount: 0, slowingTime: .zero) { recorder, storage in
            kept.withLock { $0 = storage }
            storage.state.withLock {
                $0.recordFailures = Array(repeating: RPCError(code: .unavailable, message: "away"), count: 3)
            }
            for id in ids { await recorder.submit(Self.exchange(id), [:]) }
            // How many have been stored by now, the machine decides.
            let unsettled = recorder.unsettled(ids).map(\.suggestionID)
            #expect(unsettled == Array(ids.suffix(unsettled.count)))
            await recorder.settled("none")
        }
        return try #require(kept.withLock { $0 })
    }

    @Test("What is wrong with one exchange does not keep back those that are brought with it")
    func refused() async throws {
        try await withRecorder(easyCount: 100, slowingTime: .zero) { recorder, storage in
            storage.state.withLock { $0.refused = ["2"] }
            for id in ["1", "2", "3"] { await recorder.submit(Self.exchange(id), [:]) }
            for id in ["1", "2", "3"] { await recorder.settled(id) }
            #expect(storage.recorded.map(\.suggestionID) == ["1", "3"])
            #expect(recorder.unsettled(["1", "2", "3"]).isEmpty)
        }
    }

    @Test("What is brought is there for whoever asks next, in its order, before it is stored")
    func found() async throws {
        let ids = (1...200).map(String.init)
        try await withRecorder(easyCount: 1_000, slowingTime: .zero) { recorder, storage in
            // The first call fails: nothing is stored before it is asked for.
            storage.state.withLock { $0.recordFailures = [RPCError(code: .unavailable, message: "away")] }
            for id in ids { await recorder.submit(Self.exchange(id), [:]) }
            #expect(recorder.unsettled(ids).map(\.suggestionID) == ids)
            for id in ids { await recorder.settled(id) }
            #expect(storage.recorded.map(\.suggestionID) == ids)
        }
    }

    @Test("What comes when nothing is taken any more is not lost without a word", .timeLimit(.minutes(1)))
    func closed() async throws {
        let log = LogRecorder()
        func lost() -> [Logger.MetadataValue?] {
            let lines = log.lines.filter { $0.message == "An exchange was not recorded" }
            return lines.map { $0.metadata["suggestion"] }
        }
        try await withRecorder(easyCount: 100, slowingTime: .zero, logger: log.logger()) {
            recorder,
            storage in
            await recorder.submit(Self.exchange("1"), [:])
            await recorder.close()
            _ = await storage.recorded(count: 1)
            // Time for its work to end, without which the next one would be found by that.
            try await recorder.loop.sleep(for: .milliseconds(50))
            // Nobody asks for it: the recorder finds it by itself.
            await recorder.submit(Self.exchange("2"), [:])
            while lost().isEmpty { try await recorder.loop.sleep(for: .milliseconds(1)) }
        }
        #expect(lost() == ["2"])
    }

    @Test("An exchange of which storage says nothing is not taken for a stored one")
    func unanswered() async throws {
        let log = LogRecorder()
        try await withRecorder(easyCount: 100, slowingTime: .zero, logger: log.logger()) {
            recorder,
            storage in
            storage.state.withLock { $0.unanswered = 1 }
            for id in ["1", "2"] { await recorder.submit(Self.exchange(id), [:]) }
            for id in ["1", "2"] { await recorder.settled(id) }
        }
        let lost = log.lines.filter { $0.message == "An exchange was not recorded" }
        #expect(lost.contains { $0.metadata["suggestion"] == "2" })
    }
}
