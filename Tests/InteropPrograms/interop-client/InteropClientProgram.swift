public import ArgumentParser
import Foundation
public import InteropSupport
import UnixSignals

@main
struct InteropClientProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interop-client",
        abstract: "Runs cases of gRPC's interoperability tests against a server, and prints how each went."
    )

    @Option(help: "The transport: \(TransportKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var transport: TransportKind
    @Option(help: "The server, such as ipv4:127.0.0.1:50051, unix:/path or dns:///localhost:50051.")
    var target: String
    @Flag(help: "The server cannot compare expect_compressed with what it saw: do not probe it.")
    var withoutProbe = false
    @Flag(help: "Instead of cases: make calls until SIGTERM, and print how many.")
    var load = false
    @Argument(help: "The cases, by their names.") var cases: [String] = []

    func validate() throws {
        guard load == cases.isEmpty else { throw ValidationError("Give either cases or --load.") }
        for name in cases where InteropCase(rawValue: name) == nil && FurtherCase(rawValue: name) == nil {
            let known = InteropCase.allCases.map(\.rawValue) + FurtherCase.allCases.map(\.rawValue)
            throw ValidationError("There is no case \(name). Those known: \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let (load, cases) = (load, cases)
        let failed = try await transport.withClient(to: target, serverSeesCompression: !withoutProbe) {
            client in
            load ? try await Self.load(client) : await Self.run(cases, client)
        }
        if failed > 0 { throw ExitCode.failure }
    }

    /// Runs cases one after another, and returns how many failed.
    private static func run(_ cases: [String], _ client: InteropClient) async -> Int {
        var failed = 0
        for name in cases {
            do {
                if let interopCase = InteropCase(rawValue: name) { try await client.run(interopCase) }
                if let furtherCase = FurtherCase(rawValue: name) { try await client.run(furtherCase) }
                say("\(name): passed")
            } catch {
                failed += 1
                say("\(name): \(error)")
            }
        }
        return failed
    }

    /// Makes calls, and returns 0: the first that fails throws.
    private static func load(_ client: InteropClient) async throws -> Int {
        let signals = await UnixSignalsSequence(trapping: .sigterm)
        let made = try await client.underLoad { load in
            await load.waitForCalls(10)
            say("running")
            for await _ in signals { break }
        }
        say("\(made) calls")
        return 0
    }

    /// Prints at once, whatever the standard output is: who started the program waits for it.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

extension TransportKind: ExpressibleByArgument {}
