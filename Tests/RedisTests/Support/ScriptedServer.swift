import TestSupport

/// A server that says to each client what a test wants it to.
final class ScriptedServer: Sendable {
    /// One client, on a thread of its own.
    final class Client: Sendable {
        /// The server's.
        let port: UInt16
        private let socket: ClientSocket

        fileprivate init(descriptor: Int32, port: UInt16) {
            socket = ClientSocket(descriptor)
            self.port = port
        }

        /// What has come, nil at the end.
        func receive() -> [UInt8]? { socket.receive() }

        func send(_ bytes: [UInt8]) { socket.send(bytes) }

        /// Returns when the client has gone or the server been stopped, whatever has not been read.
        func waitForEnd() { socket.waitForEnd() }

        func send(_ text: String) { send(Array(text.utf8)) }
    }

    private let server: LocalServer
    let url: String

    /// - Parameter script: Run for each client on a thread of its own; at its end the client is closed.
    init(_ script: @escaping @Sendable (Client) -> Void) throws {
        server = try LocalServer { script(Client(descriptor: $0, port: $1)) }
        url = "redis://127.0.0.1:\(server.port)"
    }

    var port: UInt16 { server.port }
    /// How many clients have come.
    var accepted: Int { server.accepted }

    func stop() { server.stop() }
}
