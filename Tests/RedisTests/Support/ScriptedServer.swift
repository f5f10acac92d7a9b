import Glibc
import TestSupport

/// A server that says to each client what a test wants it to.
final class ScriptedServer: Sendable {
    /// One client, on a thread of its own.
    final class Client: Sendable {
        /// The server's.
        let port: UInt16
        private let descriptor: Int32

        fileprivate init(descriptor: Int32, port: UInt16) {
            self.descriptor = descriptor
            self.port = port
        }

        /// What has come, nil at the end.
        func receive() -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count > 0 ? Array(buffer.prefix(count)) : nil
        }

        func send(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(
                        descriptor,
                        $0.baseAddress.map { $0 + sent },
                        bytes.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        /// Returns when the client has gone or the server been stopped, whatever has not been read.
        func waitForEnd() {
            // POLLRDHUP (poll.h), which Glibc's Swift module leaves out.
            var event = pollfd(fd: descriptor, events: 0x2000, revents: 0)
            while poll(&event, 1, -1) == 0 || event.revents == 0 {}
        }

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
