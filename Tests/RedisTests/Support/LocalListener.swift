import Glibc
import Synchronization

/// A listening socket of this machine.
final class LocalListener: Sendable {
    let descriptor: Int32
    let port: UInt16

    struct Failure: Error { let call: String }

    /// - Parameter port: 0 for any that is free.
    init(port: UInt16 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard result else {
            Glibc.close(descriptor)
            throw Failure(call: "bind")
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
    }
}

/// A server that says to each client what a test wants it to.
final class ScriptedServer: Sendable {
    /// One client, on a thread of its own.
    final class Client: Sendable {
        /// The server's.
        let port: UInt16
        fileprivate let descriptor: Int32
        fileprivate let script: @Sendable (Client) -> Void

        fileprivate init(descriptor: Int32, port: UInt16, script: @escaping @Sendable (Client) -> Void) {
            self.descriptor = descriptor
            self.port = port
            self.script = script
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

    private let listener: LocalListener
    private let script: @Sendable (Client) -> Void
    private let clients = Mutex<[Int32]>([])
    private let acceptedCount = Mutex(0)

    /// - Parameter script: Run for each client on a thread of its own; at its end the client is closed.
    init(_ script: @escaping @Sendable (Client) -> Void) throws {
        self.script = script
        listener = try LocalListener()
        Self.detach { [self] in serve() }
    }

    var url: String { "redis://127.0.0.1:\(listener.port)" }
    var port: UInt16 { listener.port }
    /// How many clients have come.
    var accepted: Int { acceptedCount.withLock { $0 } }

    func stop() {
        listener.close()
        clients.withLock { clients in for client in clients { shutdown(client, Int32(SHUT_RDWR)) } }
    }

    private func serve() {
        while true {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            clients.withLock { $0.append(descriptor) }
            acceptedCount.withLock { $0 += 1 }
            let client = Client(descriptor: descriptor, port: listener.port, script: script)
            Self.detach { [self] in
                client.script(client)
                clients.withLock { $0.removeAll { $0 == descriptor } }
                close(descriptor)
            }
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(Body(body)).toOpaque()
        )
        pthread_detach(thread)
    }
}
