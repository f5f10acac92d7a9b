import Synchronization
import TestSupport

/// A server that lets everyone in and then answers each client's first words with bytes that a test made up.
final class HostileServer: Sendable {
    /// A request to stop a statement has this in place of a version (PostgreSQL manual, section 55.7).
    private static let cancelRequest: [UInt8] = [4, 210, 22, 46]

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    private let server: LocalServer
    private let cancelCount: Counter

    /// - Parameter answer: What is sent when a client has sent its statements; nothing for a server that is mute.
    init(answer: [UInt8]) throws {
        let cancelCount = Counter()
        self.cancelCount = cancelCount
        server = try LocalServer { client, _ in
            if Self.talk(ClientSocket(client), answer) == .wasAskedToStop {
                cancelCount.value.wrappingAdd(1, ordering: .relaxed)
            }
        }
    }

    var url: String { "postgresql://a@127.0.0.1:\(server.port)/a?sslmode=disable&gssencmode=disable" }
    /// How many requests to stop have come: counted before their senders are let go.
    var cancels: Int { cancelCount.value.load(ordering: .relaxed) }

    func stop() { server.stop() }

    private enum Talk { case wasAskedToStop, ended }

    private static func talk(_ client: ClientSocket, _ answer: [UInt8]) -> Talk {
        guard let greeting = client.receive(), greeting.count >= 8 else { return .ended }
        guard Array(greeting[4..<8]) != cancelRequest else { return .wasAskedToStop }
        let hello =
            Message.authenticationOK + Message.parameter("client_encoding", "UTF8") + Message.backendKey
            + Message.ready
        guard client.send(hello), client.receive() != nil, client.send(answer) else { return .ended }
        while client.receive() != nil {}
        return .ended
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
