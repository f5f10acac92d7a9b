import ArgumentParser
import Foundation
import UnixSignals
import WebSocketServing

/// Serves WebSocket in the ways that tests want to see, until SIGTERM; prints its port, and what becomes of connections.
@main
struct WebSocketEchoProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "websocket-echo")

    @Option(help: "The longest message, in bytes.") var maximumMessageBytes = 1 << 20
    @Option(help: "The most connections.") var maximumConnections = 10_000
    @Option(help: "The time for a handshake, in milliseconds.") var handshakeMilliseconds = 10_000
    @Option(help: "The time between pings, in milliseconds.") var pingIntervalMilliseconds = 30_000
    @Option(help: "The time for a pong, in milliseconds.") var pingTimeoutMilliseconds = 20_000
    @Option(help: "The time for a goodbye, in milliseconds.") var closeMilliseconds = 5_000
    @Option(help: "The time for finishing, in milliseconds.") var drainMilliseconds = 20_000
    @Option(help: "An origin that may connect.") var origin: [String] = []

    func run() async throws {
        var configuration = WebSocketServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.maxMessageBytes = maximumMessageBytes
        configuration.maxConnections = maximumConnections
        configuration.handshakeTimeout = .milliseconds(handshakeMilliseconds)
        configuration.pingInterval = .milliseconds(pingIntervalMilliseconds)
        configuration.pingTimeout = .milliseconds(pingTimeoutMilliseconds)
        configuration.closeTimeout = .milliseconds(closeMilliseconds)
        configuration.drainTime = .milliseconds(drainMilliseconds)
        configuration.origins = origin.compactMap(OriginRule.init)
        let server = try await WebSocketServer<String>(configuration)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await withTaskGroup { group in
            group.addTask {
                for await _ in signals { server.stop() }
            }
            Self.say(String(server.port))
            await server.run(executor: { nil }, authorize: Self.authorize, handle: Self.handle)
            group.cancelAll()
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func authorize(_ request: UpgradeRequest) async -> UpgradeDecision<String> {
        if request.path == "/secret", request.header("authorization") != ["Bearer open"] {
            return .refuse(
                UpgradeRefusal(
                    status: 401,
                    body: #"{"code":16,"message":"No.","details":[]}"#,
                    headers: ["www-authenticate": "Bearer"]
                )
            )
        }
        let chosen = request.subprotocols.first { $0 == "grimoire.v1" }
        return .accept(subprotocol: chosen, request.path)
    }

    private static func handle(_ connection: WebSocketConnection<String>) async -> CloseReason {
        switch connection.context {
        case "/deaf":
            // Reads nothing until its peer has gone.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
            say("left")
        case "/talkative":
            let text = String(repeating: "x", count: 10_000)
            var sent = 0
            while (try? await connection.send(text)) != nil {
                sent += 1
                if sent.isMultiple(of: 100) { say("sent \(sent)") }
            }
            say("left")
        case "/private-goodbye":
            return CloseReason(CloseCode(rawValue: 4_401), "Get a new token.")
        case "/slow":
            for await text in connection.messages {
                try? await Task.sleep(for: .milliseconds(300))
                try? await connection.send(text)
            }
            say("left")
        default:
            for await text in connection.messages {
                guard (try? await connection.send(text)) != nil else { break }
            }
            say("left")
        }
        return CloseReason(.normal)
    }
}
