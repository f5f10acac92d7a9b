internal import Glibc

/// A TCP port that connections can be accepted from.
struct ListeningPort: Sendable {
    /// Non-blocking; whoever takes the port closes it.
    let descriptor: Int32
    /// `127.0.0.1:9090`: with the port that the kernel chose where 0 was asked for.
    let address: String
    let port: Int

    /// The kernel's reason for refusing an address.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private static let backlog: Int32 = 64

    /// Binds and listens. Looks the host up, and may block for that.
    init(host: String, port: Int) throws(Refused) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        guard result == 0, let first = found else {
            throw Refused(description: String(cString: gai_strerror(result)))
        }
        // The list is ours until here.
        defer { freeaddrinfo(first) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(first.pointee.ai_family, kind, 0)
        guard descriptor >= 0 else { throw Self.refused(errno) }
        var one: Int32 = 1
        // Without it, a service that is started again would wait for old connections to be forgotten.
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            listen(descriptor, Self.backlog) == 0
        else {
            let reason = errno
            _ = close(descriptor)
            throw Self.refused(reason)
        }
        self.descriptor = descriptor
        self.port = Self.port(of: descriptor) ?? port
        address = host.contains(":") ? "[\(host)]:\(self.port)" : "\(host):\(self.port)"
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        // The port stands at the same place for IPv4 and IPv6.
        return withUnsafeBytes(of: storage) {
            Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }

    private static func refused(_ reason: Int32) -> Refused {
        Refused(description: String(cString: strerror(reason)))
    }
}
