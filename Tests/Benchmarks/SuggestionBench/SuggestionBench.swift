import ArgumentParser
import Foundation

/// What `scripts/bench suggestions` consists of: a model that does nothing but stream, chats with grimoire-suggestions, and the same
/// by libcurl alone.
@main
struct SuggestionBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggestion-bench",
        subcommands: [Upstream.self, Chat.self, Direct.self]
    )
}

/// How many chats there are, and how often each asks.
struct Load: ParsableArguments {
    @Option(help: "Chats at the same time.") var chats: Int
    @Option(help: "Questions of each, one after the other.") var messages = 1
    @Option(help: "Seconds over which the chats begin.") var ramp = 0.0

    /// Runs a chat for each number and puts together what they have seen.
    func run(_ chat: @escaping @Sendable (Int) async throws -> StreamRecord) async throws -> StreamRecord {
        try await withThrowingTaskGroup(of: StreamRecord.self) { group in
            for number in 0..<chats {
                group.addTask {
                    try await Task.sleep(for: .seconds(ramp * Double(number) / Double(chats)))
                    return try await chat(number)
                }
            }
            return try await group.reduce(into: StreamRecord()) { $0.merge($1) }
        }
    }
}

/// A service that answers something else than it should.
struct WrongAnswer: Error {
    let reason: String
}
