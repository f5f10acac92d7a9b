internal import Glibc

/// A client's socket as a server of a test has it. Blocking: for a thread of its own.
package struct ClientSocket: Sendable {
    private let descriptor: Int32

    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// What has come, nil at the end.
    package func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// False where the client has gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
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
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Returns when the client has gone or the server been stopped, whatever has not been read.
    package func waitForEnd() {
        // POLLRDHUP (poll.h), which Glibc's Swift module leaves out.
        var event = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        while poll(&event, 1, -1) == 0 || event.revents == 0 {}
    }

    /// Whether another byte could be sent at once.
    package var isWritable: Bool {
        var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&event, 1, 0) == 1 && event.revents & Int16(POLLOUT) != 0
    }
}
