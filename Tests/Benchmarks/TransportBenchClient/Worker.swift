import ArgumentParser
import BenchmarkAPI
import GRPCCore
import SwiftProtobuf
import TestSupport

/// Keeps one call, or one message of a stream, under way until its period ends.
struct Worker<Transport: ClientTransport> {
    let client: Hello_Mappings.Client<Transport>
    let period: Period

    /// How long each of those took that began and ended in the period.
    func run(_ mode: WorkerMode) async throws -> [Duration] {
        switch mode {
        case .unary:
            try await repeated {
                let response = try await client.get(.benchmark, metadata: .benchmark)
                guard response.stableMapping.count == 8 else { throw WrongAnswer(call: "Get") }
            }
        case .large:
            try await repeated {
                let response = try await client.getLarge(.benchmark, metadata: .benchmark)
                guard response.content.count == 1 << 20 else { throw WrongAnswer(call: "GetLarge") }
            }
        case .chat:
            try await chat()
        }
    }

    private func repeated(_ call: () async throws -> Void) async throws -> [Duration] {
        var recorder = Recorder(period: period)
        repeat {
            recorder.begin()
            try await call()
        } while recorder.end()
        return recorder.latencies
    }

    /// The answer to one message lets the next one go.
    private func chat() async throws -> [Duration] {
        let message = Hello_ChatMessage.with { $0.text = "ship the order when it is paid" }
        let (turns, turn) = AsyncStream.makeStream(of: Void.self)
        // A server may send its metadata with its first message, so the first turn cannot wait for a response.
        turn.yield()
        return try await client.chat(metadata: .benchmark) { writer in
            for await _ in turns { try await writer.write(message) }
        } onResponse: { [period] response in
            var recorder = Recorder(period: period)
            for try await received in response.messages {
                guard received == message else { throw WrongAnswer(call: "Chat") }
                if recorder.end() {
                    recorder.begin()
                    turn.yield()
                } else {
                    turn.finish()
                }
            }
            return recorder.latencies
        }
    }
}

/// What a worker calls.
enum WorkerMode: String, ExpressibleByArgument, CaseIterable {
    case unary, large, chat
}

/// A server that answers something else than it should.
struct WrongAnswer: Error {
    let call: String
}

extension Hello_GetRequest {
    static let benchmark = Self.with { $0.processID = "6f1e2d3c-0000-4000-8000-000000000001" }
}

extension Metadata {
    static let benchmark: Self = ["authorization": "Bearer benchmark"]
}
