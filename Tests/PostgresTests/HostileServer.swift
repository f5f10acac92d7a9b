import Glibc
import Synchronization

/// A listening socket on a free port of this machine.
final class LocalListener: Sendable {
    let descriptor: Int32
    let port: UInt16

    struct Failure: Error { let call: String }

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = self.descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard result else { throw Failure(call: "bind") }
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
    }
}

/// A server that lets everyone in and then answers each client's first words with bytes that a test made up.
final class HostileServer: Sendable {
    /// A request to stop a statement has this in place of a version (PostgreSQL manual, section 55.7).
    private static let cancelRequest: [UInt8] = [4, 210, 22, 46]

    private let listener: LocalListener
    private let answer: [UInt8]
    private let clients = Mutex<[Int32]>([])
    private let cancelCount = Mutex(0)

    /// - Parameter answer: What is sent when a client has sent its statements; nothing for a server that is mute.
    init(answer: [UInt8]) throws {
        self.answer = answer
        listener = try LocalListener()
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<HostileServer>.fromOpaque(argument).takeRetainedValue().serve()
                return nil
            },
            box.toOpaque()
        )
        pthread_detach(thread)
    }

    var url: String { "postgresql://a@127.0.0.1:\(listener.port)/a?sslmode=disable&gssencmode=disable" }
    /// How many requests to stop have come.
    var cancels: Int { cancelCount.withLock { $0 } }

    func stop() {
        listener.close()
        clients.withLock { clients in
            for client in clients { shutdown(client, Int32(SHUT_RDWR)) }
        }
    }

    /// One client after the other's greeting; their further words are read by one thread each.
    private func serve() {
        while true {
            let client = accept(listener.descriptor, nil, nil)
            guard client >= 0 else { return }
            clients.withLock { $0.append(client) }
            var thread = pthread_t()
            let box = Unmanaged.passRetained(Client(server: self, descriptor: client))
            pthread_create(
                &thread,
                nil,
                { argument in
                    guard let argument else { return nil }
                    let client = Unmanaged<Client>.fromOpaque(argument).takeRetainedValue()
                    client.server.talk(client.descriptor)
                    return nil
                },
                box.toOpaque()
            )
            pthread_detach(thread)
        }
    }

    private final class Client: Sendable {
        let server: HostileServer
        let descriptor: Int32
        init(server: HostileServer, descriptor: Int32) {
            self.server = server
            self.descriptor = descriptor
        }
    }

    private func talk(_ client: Int32) {
        defer {
            clients.withLock { $0.removeAll { $0 == client } }
            close(client)
        }
        guard let greeting = receive(client), greeting.count >= 8 else { return }
        if Array(greeting[4..<8]) == Self.cancelRequest {
            cancelCount.withLock { $0 += 1 }
            return
        }
        let hello =
            Message.authenticationOK + Message.parameter("client_encoding", "UTF8") + Message.backendKey
            + Message.ready
        guard send(client, hello), receive(client) != nil, send(client, answer) else { return }
        while receive(client) != nil {}
    }

    private func receive(_ client: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(client, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    private func send(_ client: Int32, _ bytes: [UInt8]) -> Bool {
        bytes.isEmpty || Glibc.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }
}

/// Messages of the server's side (PostgreSQL manual, section 55.7).
enum Message {
    static let authenticationOK = make("R", [0, 0, 0, 0])
    static let backendKey = make("K", [0, 0, 0, 1, 0, 0, 0, 2])
    static let ready = make("Z", [UInt8(ascii: "I")])
    static let parseComplete = make("1", [])
    static let bindComplete = make("2", [])

    static func make(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        [type.asciiValue ?? 0] + number(Int32(body.count + 4)) + body
    }

    static func parameter(_ name: String, _ value: String) -> [UInt8] {
        make("S", Array(name.utf8) + [0] + Array(value.utf8) + [0])
    }

    /// One column `v`, in binary.
    static func rowDescription(typeID: UInt32) -> [UInt8] {
        make(
            "T",
            [0, 1] + Array("v".utf8) + [0] + [0, 0, 0, 0, 0, 0] + number(Int32(bitPattern: typeID)) + [0, 4]
                + [255, 255, 255, 255] + [0, 1]
        )
    }

    static func dataRow(length: Int32, _ bytes: [UInt8]) -> [UInt8] {
        make("D", [0, 1] + number(length) + bytes)
    }

    static func complete(_ tag: String) -> [UInt8] { make("C", Array(tag.utf8) + [0]) }

    static func number(_ value: Int32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
}
