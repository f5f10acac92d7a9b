import ArgumentParser
import EventLoop
import Foundation
import GRPCCore
import GRPCNghttp2
import GrimoireAPI
import SwiftProtobuf
import TestSupport

/// Writers, each with a process of its own, that make one version after the other.
struct Update: AsyncParsableCommand {
    @OptionGroup var server: Server
    @Option(help: "A file with a UUID in each line, a process for each writer.") var processes: String
    @Option(help: "A file with the SPy code that versions vary.") var code: String
    @Option var connections: Int
    @Option var warmUpSeconds: Double
    @Option var seconds: Double
    @Option(help: "What differs between versions: a statement, or a comment.") var change = Change.statement
    @Flag(help: "One update by each writer, and no figures.") var once = false

    func run() async throws {
        let metadata = try Metadata.token()
        let lines = try String(contentsOfFile: processes, encoding: .utf8).split(separator: "\n")
        let code = try String(contentsOfFile: code, encoding: .utf8)
        let latencies = try await server.withClients(connections) { clients, loop in
            let period = Period(warmUp: .seconds(warmUpSeconds), length: .seconds(seconds))
            return try await withThrowingTaskGroup(of: [Duration].self) { writers in
                for (number, process) in lines.enumerated() {
                    let writer = Writer(
                        client: Grimoire_V1_ProcessManager.Client(wrapping: clients[number % clients.count]),
                        process: String(process),
                        code: code,
                        change: change,
                        metadata: metadata
                    )
                    writers.addTask(executorPreference: loop.taskExecutor) { try await writer.run(period) }
                }
                return try await writers.reduce(into: []) { $0 += $1 }
            }
        }
        if !once { print(try Summary(latencies: latencies, seconds: seconds).json) }
    }
}

/// What a version has that the one before has not.
enum Change: String, ExpressibleByArgument {
    /// Code that does something else, with another fact.
    case statement
    /// Code that does the same.
    case comment

    func line(_ version: Int32) -> String {
        switch self {
        case .statement: "revision = \(version)\n"
        case .comment: "# Revision \(version)\n"
        }
    }
}

/// Updates one process, which has one version when it begins.
struct Writer {
    let client: Grimoire_V1_ProcessManager.Client<Nghttp2ClientTransport>
    let process: String
    let code: String
    let change: Change
    let metadata: Metadata

    /// How long each update took that began and ended in the period.
    func run(_ period: Period) async throws -> [Duration] {
        var recorder = Recorder(period: period)
        var version: Int32 = 1
        repeat {
            recorder.begin()
            version += 1
            let answer = try await client.updateProcess(
                .with {
                    $0.processID = process
                    $0.spyCode = code + change.line(version)
                    $0.changelog = "Revision \(version)."
                },
                metadata: metadata
            )
            guard answer.versionNumber == version, !answer.unchanged else {
                throw WrongAnswer(reason: "UpdateProcess to version \(version): \(answer)")
            }
        } while recorder.end()
        return recorder.latencies
    }
}
