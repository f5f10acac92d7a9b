public import ArgumentParser
import Foundation
public import InteropSupport
import UnixSignals

@main
struct InteropServerProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interop-server",
        abstract: "Serves gRPC's test service until SIGTERM, and prints the target that it listens on."
    )

    @Option(help: "The transport: \(TransportKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var transport: TransportKind
    @Option(help: "The port to listen on; 0: any.") var port = 0
    @Option(help: "The Unix socket to listen on, in place of a port.") var unix: String?
    @Option(help: "The largest request message, in bytes.") var maximumRequestBytes = 4 << 20
    @Option(help: "How many streams a connection may have at once.") var maximumConcurrentStreams = 1_000
    @Option(help: "How long a connection may live, in milliseconds.") var maximumConnectionAgeMilliseconds:
        Int?
    @Option(help: "The shortest interval of pings that a client may send, in milliseconds.")
    var minimumPingIntervalMilliseconds = 300_000

    func run() async throws {
        var settings = ServerSettings()
        settings.address = unix.map { .unix(path: $0) } ?? .ipv4(host: "127.0.0.1", port: port)
        settings.maximumRequestBytes = maximumRequestBytes
        settings.maximumConcurrentStreams = maximumConcurrentStreams
        settings.maximumConnectionAge = maximumConnectionAgeMilliseconds.map { .milliseconds($0) }
        settings.minimumPingInterval = .milliseconds(minimumPingIntervalMilliseconds)

        let server = try InteropServer(over: transport, settings: settings)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                for await _ in signals { server.beginGracefulShutdown() }
            }
            // At once, whatever the standard output is: who started the program waits for it.
            FileHandle.standardOutput.write(Data((try await server.target() + "\n").utf8))
            try await group.next()
            group.cancelAll()
        }
    }
}

extension TransportKind: ExpressibleByArgument {}
