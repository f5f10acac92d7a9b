import EventLoop
import Testing

@testable import Postgres

/// A peer that breaks the protocol gets the connection closed and its caller an error, never a trap or a hang.
@Suite(.timeLimit(.minutes(2))) struct HostileServerTests {
    private func answer(
        _ bytes: [UInt8],
        timeout: Duration = .seconds(5),
        cancelGrace: Duration = .milliseconds(40),
        _ check: (Result<[PostgresResult], PostgresError>, HostileServer) throws -> Void
    ) async throws {
        let hostile = try HostileServer(answer: bytes)
        let loop = try EventLoop()
        try loop.start()
        let offload = OffloadExecutor(width: 2)
        var configuration = try PostgresConfiguration(url: hostile.url)
        configuration.cancelGrace = cancelGrace
        let connection = try await PostgresConnection.connect(configuration, on: loop, offload: offload)
        let result: Result<[PostgresResult], PostgresError>
        do throws(PostgresError) {
            result = .success(
                try await connection.pipeline([PostgresStatement("SELECT 1 AS v")], timeout: timeout)
            )
        } catch {
            result = .failure(error)
        }
        await connection.close()
        // A request to stop that a thread has taken up is over then.
        await offload.shutdown()
        hostile.stop()
        await loop.shutdown()
        try check(result, hostile)
    }

    private func error(_ result: Result<[PostgresResult], PostgresError>) -> PostgresError? {
        guard case .failure(let error) = result else { return nil }
        return error
    }

    private let prepared = Message.parseComplete + Message.bindComplete

    @Test func anIntegerOfThreeBytesIsADecodingError() async throws {
        let bytes =
            prepared + Message.rowDescription(typeID: 23) + Message.dataRow(length: 3, [1, 2, 3])
            + Message.complete("SELECT 1") + Message.ready
        try await answer(bytes) { result, _ in
            let row = try #require(try result.get().first?.first)
            let error = #expect(throws: PostgresError.self) { try row.decode("v", as: Int32.self) }
            #expect(error?.code == .decoding)
            #expect(error?.message.contains("3 bytes") == true)
        }
    }

    @Test func aValueLongerThanItsMessageEndsTheConnection() async throws {
        let bytes =
            prepared + Message.rowDescription(typeID: 23) + Message.dataRow(length: 2_000_000, [1, 2, 3])
        try await answer(bytes + Message.ready) { result, _ in
            #expect(error(result)?.isConnectionDead == true)
        }
    }

    @Test func anAnswerThatAnswersNothingIsOutOfOrder() async throws {
        for bytes in [
            Message.ready, prepared + Message.ready,
            prepared + Message.complete("SELECT 1") + Message.complete("SELECT 1") + Message.ready,
            prepared + Message.make("G", [0, 0, 0]), Message.make("E", [0]) + Message.ready,
        ] {
            try await answer(bytes, timeout: .milliseconds(200)) { result, _ in
                // libpq takes a second CommandComplete for nothing at all; everything else is noticed.
                if case .success(let results) = result { #expect(results.count == 1) }
            }
        }
    }

    @Test func aMuteServerCostsTheConnectionSoonAfterTheDeadline() async throws {
        // On a busy machine the time may be over before anything is sent, and the connection given up before a thread asks.
        for time in [Duration.milliseconds(50), .milliseconds(500), .seconds(5)] {
            var wasAskedToStop = false
            try await answer([], timeout: time, cancelGrace: time * 2) { result, hostile in
                let error = error(result)
                #expect(error?.code == .timedOut)
                guard error?.outcome == .unknown else { return }
                #expect(error?.isConnectionDead == true)
                wasAskedToStop = hostile.cancels > 0
            }
            if wasAskedToStop { return }
        }
        Issue.record("it was never asked to stop")
    }

    @Test(arguments: 0..<40) func noiseIsAnErrorOrAnAnswer(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        try await answer(Self.noise(&random), timeout: .milliseconds(50)) { result, _ in
            guard case .success(let results) = result else { return }
            for row in results.flatMap({ Array($0.rows) }) {
                _ = try? row.decodeOptional("v", as: Int32.self)
                _ = try? row.decodeOptional("v", as: [String?].self)
            }
        }
    }

    /// Messages of the right kinds, with bodies and lengths that are right, wrong or absurd.
    private static func noise(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.next(upTo: 12) {
            let pieces: [[UInt8]] = [
                Message.parseComplete, Message.bindComplete, Message.rowDescription(typeID: 23),
                Message.dataRow(length: 4, [0, 0, 0, 1]), Message.dataRow(length: -1, []),
                Message.complete("SELECT 1"), Message.ready, Message.make("n", []), Message.make("I", []),
                Message.make("A", [0, 0, 0, 1] + Array("c".utf8) + [0, 0]),
                Message.make("E", Array("SERROR".utf8) + [0] + Array("C23505".utf8) + [0, 0]),
                Message.make(
                    "E",
                    Array("SFATAL".utf8) + [0] + Array("VFATAL".utf8) + [0] + Array("C57P01".utf8) + [0, 0]
                ),
                Message.make("G", [0, 0, 0]), Message.make("H", [0, 0, 0]), Message.make("W", [0, 0, 0]),
                Message.make("t", [0, 0]), Message.make("3", []), Message.make("s", []),
            ]
            var piece = pieces.randomElement(using: &random) ?? []
            if random.next() % 4 == 0 {
                let index = Int(random.next(upTo: Int64(piece.count - 1)))
                piece[index] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes += piece
        }
        return bytes
    }
}
