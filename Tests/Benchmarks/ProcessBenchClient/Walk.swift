import ArgumentParser
import GRPCCore
import GrimoireAPI
import SwiftProtobuf

/// Goes through pages of the list of processes, and says the token of the page behind them.
struct Walk: AsyncParsableCommand {
    @OptionGroup var server: Server
    @Argument var pages: Int

    func run() async throws {
        let metadata = try Metadata.token()
        let token = try await server.withClients(1) { clients, _ in
            var token = ""
            for _ in 0..<pages {
                let answer = try await Grimoire_V1_ProcessManager.Client(wrapping: clients[0]).listProcesses(
                    .with { $0.pageToken = token },
                    metadata: metadata
                )
                guard answer.processes.count == 50, !answer.nextPageToken.isEmpty else {
                    throw WrongAnswer(reason: "ListProcesses: \(answer.processes.count) processes")
                }
                token = answer.nextPageToken
            }
            return token
        }
        print(token)
    }
}
