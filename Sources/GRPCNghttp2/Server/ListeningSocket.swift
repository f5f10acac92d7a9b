internal import Glibc

/// A socket that connections are accepted from, non-blocking. Owned by one worker, closed with it.
final class ListeningSocket {
    /// What accept(2) came to.
    enum Accepted {
        case connection(Socket, from: SocketAddress?)
        /// Nobody waits; or whoever did has gone.
        case none
        /// No descriptor or no memory is left: not now.
        case exhausted
    }

    private(set) var descriptor: Int32
    /// Where it listens: with the port that the kernel chose where 0 was asked for.
    let address: SocketAddress
    /// A Unix socket's file, removed when listening ends.
    private let file: String?

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - address: Several sockets may share one of TCP's: the kernel spreads connections over them (SO_REUSEPORT,
    ///     socket(7)).
    ///   - backlog: How many connections may wait.
    /// - Throws: `TransportError` with the reason of bind(2) or listen(2).
    init(_ address: SocketAddress, backlog: Int32) throws(TransportError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw .system("socket", errno) }
        self.descriptor = descriptor
        file = address.unixPath
        do throws(TransportError) {
            if address.isInternet {
                try Self.set(descriptor, SO_REUSEADDR)
                try Self.set(descriptor, SO_REUSEPORT)
            } else {
                Self.removeStaleFile(of: address)
            }
            var result = address.withSockaddr { Glibc.bind(descriptor, $0, $1) }
            guard result == 0 else { throw .system("bind to \(address)", errno) }
            result = Glibc.listen(descriptor, backlog)
            guard result == 0 else { throw .system("listen on \(address)", errno) }
            self.address = SocketAddress(localOf: descriptor) ?? address
        } catch {
            _ = Glibc.close(descriptor)
            throw error
        }
    }

    deinit { close() }

    /// Makes sure that no socket listens there yet: the kernel would let ours share its address, though it be another program's, and each
    /// would get a part of the connections.
    ///
    /// Two programs that begin in the same moment are not told apart.
    ///
    /// - Throws: `TransportError` with the reason of bind(2), EADDRINUSE for instance.
    static func requireNobodyListens(on address: SocketAddress) throws(TransportError) {
        let probe = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { throw .system("socket", errno) }
        defer { _ = Glibc.close(probe) }
        // Connections of a server that has ended are not in the way.
        try set(probe, SO_REUSEADDR)
        let result = address.withSockaddr { Glibc.bind(probe, $0, $1) }
        guard result == 0 else { throw .system("bind to \(address)", errno) }
    }

    /// Idempotent.
    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
        if let file { _ = unlink(file) }
    }

    func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.accept(descriptor, $0, &length)
            }
        }
        if accepted >= 0 {
            // accept4(2), which would do this by itself, is not part of Swift's Glibc.
            _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            return .connection(
                Socket(owning: accepted),
                from: SocketAddress(storage: storage, length: length)
            )
        }
        switch errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
        default: return .none
        }
    }

    private static func set(_ descriptor: Int32, _ option: Int32) throws(TransportError) {
        var one: Int32 = 1
        let result = setsockopt(descriptor, SOL_SOCKET, option, &one, socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else { throw .system("setsockopt", errno) }
    }

    /// The file of a server that died is in the way of the next one; that of a server that lives is not touched.
    private static func removeStaleFile(of address: SocketAddress) {
        guard let path = address.unixPath else { return }
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return }
        defer { _ = Glibc.close(probe) }
        let result = address.withSockaddr { connect(probe, $0, $1) }
        if result != 0, errno == ECONNREFUSED { _ = unlink(path) }
    }
}

extension SocketAddress {
    /// Whether several sockets can be bound to it.
    var isInternet: Bool {
        switch kind {
        case .ipv4, .ipv6: true
        case .unix, .unixAbstract: false
        }
    }

    /// A Unix socket's path; nil for every other address.
    var unixPath: String? {
        guard case .unix(let path) = kind, !path.isEmpty else { return nil }
        return String(decoding: path, as: UTF8.self)
    }

    /// The local end of a socket (getsockname(2)).
    init?(localOf descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        self.init(storage: storage, length: length)
    }
}
