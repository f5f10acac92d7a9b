import ArgumentParser
import EventLoop
import Foundation
import GRPCCore
import GRPCNghttp2
import GrimoireAPI
import SwiftProtobuf

/// Chats over gRPC. GRIMOIRE_TOKEN is the token that it calls with.
struct Chat: AsyncParsableCommand {
    @Argument(help: "The service's port of 127.0.0.1.") var port: UInt16
    @Argument(help: "What is talked about.") var process: String
    @OptionGroup var load: Load
    @Option(help: "Connections, over which the chats are spread.") var connections = 8
    @Option(help: "The first words of each session's name: another one for each run.") var session: String
    @Option(help: "Milliseconds between an answer and the next question.") var pause = 0
    @Flag(help: "All ask the same, so that all answers but the first come from the cache.") var same = false
    @Flag(help: "Each message begins a session that has no name yet.") var unnamed = false

    func run() async throws {
        guard let token = ProcessInfo.processInfo.environment["GRIMOIRE_TOKEN"] else {
            throw ValidationError("GRIMOIRE_TOKEN is not set")
        }
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        let offload = OffloadExecutor(width: 1)
        let clients = try (0..<connections).map { _ in
            GRPCClient(
                transport: try Nghttp2ClientTransport(
                    target: .ipv4("127.0.0.1", port: port),
                    loops: loops,
                    offload: offload
                )
            )
        }
        let metadata: Metadata = ["authorization": "Bearer \(token)"]
        let record = try await withThrowingTaskGroup(of: Void.self) { running in
            for client in clients { running.addTask { try await client.runConnections() } }
            let record = try await load.run { number in
                let chats = Grimoire_V1_ProcessSuggestions.Client(wrapping: clients[number % clients.count])
                return try await chat(chats, number, metadata)
            }
            clients.forEach { $0.beginGracefulShutdown() }
            try await running.waitForAll()
            return record
        }
        print(try record.json())
    }

    private func chat(
        _ client: Grimoire_V1_ProcessSuggestions.Client<Nghttp2ClientTransport>,
        _ number: Int,
        _ metadata: Metadata
    ) async throws -> StreamRecord {
        // The next question is asked when the last piece of an answer has come.
        let (turns, turn) = AsyncStream<Void>.makeStream()
        turn.yield()
        let (process, session, messages, pause) = (process, session, load.messages, pause)
        let (same, unnamed) = (same, unnamed)
        return try await client.suggestionsChat(metadata: metadata) { writer in
            var asked = 0
            for await _ in turns where asked < messages {
                asked += 1
                try await writer.write(
                    .with {
                        $0.processID = process
                        if !unnamed { $0.sessionID = "\(session)-\(number)" + (same ? "-\(asked)" : "") }
                        $0.message = same ? "What could be better?" : "Question \(asked) of chat \(number)?"
                        if !same { $0.context = ["no_cache": "true"] }
                    }
                )
                if asked == messages { break }
            }
        } onResponse: { response in
            var record = StreamRecord()
            var answer = StreamRecord.Answer()
            for try await piece in response.messages {
                answer.add(piece.suggestion)
                guard piece.isFinal else { continue }
                if let error = piece.metadata["error"] { throw WrongAnswer(reason: error) }
                record.add(answer, isCached: piece.metadata["cached"] == "true")
                if pause > 0 { try await Task.sleep(for: .milliseconds(pause)) }
                answer = StreamRecord.Answer()
                turn.yield()
            }
            turn.finish()
            return record
        }
    }
}
