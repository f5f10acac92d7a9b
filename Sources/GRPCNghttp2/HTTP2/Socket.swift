internal import Glibc

/// A connected socket, non-blocking: the one place where bytes enter and leave. TLS will stand here.
///
/// Owned by one connection and confined to its loop, hence the unchecked conformance; closed by `close`, or at the latest
/// with the object.
final class Socket: @unchecked Sendable {
    /// What a read or write came to.
    enum Transfer: Equatable {
        /// So many bytes, at least one.
        case bytes(Int)
        /// Nothing now; the loop tells when.
        case wouldBlock
        /// The peer has said its last byte.
        case end
    }

    private(set) var descriptor: Int32

    /// Takes a descriptor over.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    func close() {
        guard descriptor >= 0 else { return }
        // EINTR closes the descriptor too, on Linux (close(2)).
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransportError) -> Transfer {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: throw .system("recv", errno)
            }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Transfer {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: throw .system("send", errno)
            }
        }
    }

    /// The error that waits on the socket, as a non-blocking connect(2) leaves it; 0 where it is connected.
    var pendingError: Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 else { return errno }
        return error
    }

    /// Small writes go out at once: what belongs together, the connection has put together already.
    func disableNagle() {
        var one: Int32 = 1
        // Refused for Unix sockets, which have no such delay.
        _ = setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_NODELAY,
            &one,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }
}
