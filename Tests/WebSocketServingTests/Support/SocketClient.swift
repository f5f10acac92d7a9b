import Glibc
import Synchronization

/// A client of WebSocket that does no more than a test asks for, and blocks its thread.
final class SocketClient: Sendable {
    private let descriptor: Int32
    private let inbox = Mutex<[UInt8]>([])

    struct Failure: Error { let errno: Int32 }

    /// A frame as it came.
    struct Frame: Equatable {
        /// 1 for text, 8 for a goodbye, 9 for a ping.
        let opcode: UInt8
        let payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// Of a goodbye.
        var code: Int? { payload.count < 2 ? nil : Int(payload[0]) << 8 | Int(payload[1]) }
    }

    /// Connects, and asks to speak WebSocket.
    init(port: Int, path: String = "/") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure(errno: code)
        }
        let lines = [
            "GET \(path) HTTP/1.1", "host: test", "connection: upgrade", "upgrade: websocket",
            "sec-websocket-version: 13", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        ]
        send(Array(lines.joined(separator: "\r\n").utf8))
    }

    deinit { Glibc.close(descriptor) }

    /// The status of the answer to the handshake; nil where there is none.
    func status() -> Int? {
        inbox.withLock { inbox in
            while inbox.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
                guard receive(&inbox) else { return nil }
            }
            guard let end = inbox.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: inbox[..<end.lowerBound], as: UTF8.self)
            inbox.removeFirst(end.upperBound)
            return Int(head.split(separator: " ").dropFirst().first ?? "")
        }
    }

    /// Sends a text message, or another short frame.
    func send(_ text: String, opcode: UInt8 = 1) {
        let payload = Array(text.utf8)
        precondition(payload.count < 126, "short frames only")
        // With a mask of zeros, which leaves the bytes as they are.
        send([0x80 | opcode, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload)
    }

    /// The next frame; nil where there is none.
    func frame() -> Frame? {
        inbox.withLock { inbox in
            while inbox.count < 2 { guard receive(&inbox) else { return nil } }
            let length = Int(inbox[1] & 0x7f)
            precondition(length < 126, "short frames only")
            while inbox.count < 2 + length { guard receive(&inbox) else { return nil } }
            let frame = Frame(opcode: inbox[0] & 0x0f, payload: Array(inbox[2..<2 + length]))
            inbox.removeFirst(2 + length)
            return frame
        }
    }

    /// Goes without a goodbye.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func send(_ bytes: [UInt8]) {
        // As short as they are, they go in one piece.
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private func receive(_ inbox: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        inbox += buffer.prefix(count)
        return true
    }
}
