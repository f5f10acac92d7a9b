public import ArgumentParser
public import InteropSupport

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
    @Argument(help: "The cases, by their names.") var cases: [String]

    func validate() throws {
        for name in cases where InteropCase(rawValue: name) == nil && FurtherCase(rawValue: name) == nil {
            let known = InteropCase.allCases.map(\.rawValue) + FurtherCase.allCases.map(\.rawValue)
            throw ValidationError("There is no case \(name). Those known: \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let cases = cases
        let failed = try await transport.withClient(to: target, serverSeesCompression: !withoutProbe) {
            client in
            var failed = 0
            for name in cases {
                do {
                    if let interopCase = InteropCase(rawValue: name) { try await client.run(interopCase) }
                    if let furtherCase = FurtherCase(rawValue: name) { try await client.run(furtherCase) }
                    print("\(name): passed")
                } catch {
                    failed += 1
                    print("\(name): \(error)")
                }
            }
            return failed
        }
        if failed > 0 { throw ExitCode.failure }
    }
}

extension TransportKind: ExpressibleByArgument {}
