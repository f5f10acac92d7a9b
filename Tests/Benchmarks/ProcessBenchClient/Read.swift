import ArgumentParser
import GRPCCore
import GrimoireAPI
import SwiftProtobuf

/// Reads a version once, checks the answer, and says how long its body is: what a load that sees only lengths goes by.
struct Read: AsyncParsableCommand {
    @OptionGroup var server: Server
    @Argument var process: String
    @Argument(help: "0: the latest.") var version: Int32

    func run() async throws {
        let metadata = try Metadata.token()
        let bytes = try await server.withClients(1) { clients, _ in
            let answer = try await Grimoire_V1_ProcessManager.Client(wrapping: clients[0]).getProcess(
                .with {
                    $0.processID = process
                    $0.versionNumber = version
                },
                metadata: metadata
            )
            guard answer.processID == process, version == 0 || answer.versionNumber == version,
                !answer.spyCode.isEmpty, !answer.stableMapping.isEmpty, answer.hasProcessDocument,
                !answer.versionHistory.isEmpty
            else { throw WrongAnswer(reason: "GetProcess: \(answer)") }
            let bytes: [UInt8] = try answer.serializedBytes()
            return bytes.count
        }
        print(bytes)
    }
}
