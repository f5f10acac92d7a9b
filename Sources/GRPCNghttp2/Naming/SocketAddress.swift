internal import Glibc

/// Where a socket listens or connects to: an IPv4 or IPv6 address with its port, or a Unix socket.
///
/// It is a plain value: no descriptor, no lookup. Its description is the form in which gRPC names peers:
/// `ipv4:127.0.0.1:80`, `ipv6:[::1]:80`, `unix:/run/grimoire.sock`, `unix-abstract:grimoire`.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// What an address holds, by family.
    enum Kind: Sendable, Hashable {
        /// The address in host byte order.
        case ipv4(address: UInt32, port: UInt16)
        /// The sixteen bytes as two numbers in host byte order; `scope` is the interface of a link-local address.
        case ipv6(high: UInt64, low: UInt64, port: UInt16, scope: UInt32)
        /// A path's bytes; none for a socket without a name, as an accepted peer's mostly is.
        case unix(path: [UInt8])
        /// A name of Linux's abstract space, without the zero byte in front of it.
        case unixAbstract(name: [UInt8])
    }

    /// How many bytes the path or name of a Unix socket may have: `sun_path` less its final zero, and less the leading
    /// zero of an abstract name.
    public static let maximumUnixPathLength = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    let kind: Kind

    init(kind: Kind) { self.kind = kind }

    /// An IPv4 or IPv6 address in numbers and a port, `127.0.0.1` or `::1`, the latter with an interface where it is
    /// link-local: `fe80::1%eth0`.
    ///
    /// - Throws: `TransportError` where `host` is no such address. Names are for ``Target``.
    public init(host: String, port: UInt16) throws(TransportError) {
        if let kind = Kind(ipv4: host, port: port) ?? Kind(ipv6: host, port: port) {
            self.kind = kind
        } else {
            throw .invalidAddress("'\(host)' is neither an IPv4 nor an IPv6 address")
        }
    }

    /// A Unix socket at a path of the file system.
    ///
    /// - Throws: `TransportError` where the path is empty, too long for the kernel, or has a zero byte in it.
    public init(unixPath path: String) throws(TransportError) {
        kind = .unix(path: try Self.checkedUnixName(path, what: "path"))
    }

    /// A Unix socket in Linux's abstract name space, which has no file.
    ///
    /// - Throws: `TransportError` where the name is empty, too long for the kernel, or has a zero byte in it.
    public init(unixAbstractName name: String) throws(TransportError) {
        kind = .unixAbstract(name: try Self.checkedUnixName(name, what: "abstract name"))
    }

    /// An address from its description, or without the scheme where it is an IP address: `127.0.0.1:80`, `[::1]:80`.
    ///
    /// - Throws: `TransportError` that says what is wrong with `text`.
    public init(_ text: String) throws(TransportError) {
        if let path = text.dropping(prefix: "unix-abstract:") {
            try self.init(unixAbstractName: String(path))
        } else if let path = text.dropping(prefix: "unix:") {
            try self.init(unixPath: String(path))
        } else {
            let bare = text.dropping(prefix: "ipv4:") ?? text.dropping(prefix: "ipv6:") ?? text[...]
            let parts = try HostAndPort(bare)
            guard let port = parts.port else { throw .invalidAddress("'\(text)' has no port") }
            try self.init(host: parts.host, port: port)
        }
    }

    /// The port; nil for a Unix socket.
    public var port: UInt16? {
        switch kind {
        case .ipv4(_, let port), .ipv6(_, _, let port, _): port
        case .unix, .unixAbstract: nil
        }
    }

    /// The form in which gRPC names peers.
    public var description: String {
        switch kind {
        case .ipv4(_, let port): "ipv4:\(host):\(port)"
        case .ipv6(_, _, let port, _): "ipv6:[\(host)]:\(port)"
        case .unix(let path): "unix:" + String(decoding: path, as: UTF8.self)
        case .unixAbstract(let name): "unix-abstract:" + String(decoding: name, as: UTF8.self)
        }
    }

    /// What goes before the port in `:authority`: an IP address, in brackets where it is IPv6; `localhost` for a Unix
    /// socket, as every gRPC implementation has it.
    var authority: String {
        switch kind {
        case .ipv4(_, let port): "\(host):\(port)"
        // An interface means something on this machine only (RFC 6874, section 1), so that the peer is not told it.
        case .ipv6(_, _, let port, _): "[\(host.prefix { $0 != "%" })]:\(port)"
        case .unix, .unixAbstract: "localhost"
        }
    }

    /// The IP address in numbers; empty for a Unix socket.
    var host: String {
        switch kind {
        case .ipv4(let address, _):
            return (0..<4).map { String((address >> (24 - 8 * $0)) & 0xff) }.joined(separator: ".")
        case .ipv6(let high, let low, _, let scope):
            var bytes = in6_addr(high: high, low: low)
            let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) {
                buffer in
                guard let start = inet_ntop(AF_INET6, &bytes, buffer.baseAddress!, socklen_t(buffer.count))
                else {
                    preconditionFailure(
                        "inet_ntop refuses an IPv6 address in a buffer of INET6_ADDRSTRLEN bytes"
                    )
                }
                return String(cString: start)
            }
            return scope == 0 ? text : "\(text)%\(scope)"
        case .unix, .unixAbstract: return ""
        }
    }

    private static func checkedUnixName(_ text: String, what: String) throws(TransportError) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw .invalidAddress("a Unix socket's \(what) is empty") }
        guard !bytes.contains(0) else {
            throw .invalidAddress("a Unix socket's \(what) has a zero byte in it")
        }
        guard bytes.count <= maximumUnixPathLength else {
            throw .invalidAddress(
                "a Unix socket's \(what) has \(bytes.count) bytes, at most \(maximumUnixPathLength) are possible"
            )
        }
        return bytes
    }
}

extension SocketAddress.Kind {
    fileprivate init?(ipv4 host: String, port: UInt16) {
        var address = in_addr()
        // inet_pton takes exactly four decimal parts; what getaddrinfo also takes (`127.1`, `0x7f000001`) is refused.
        guard inet_pton(AF_INET, host, &address) == 1 else { return nil }
        self = .ipv4(address: UInt32(bigEndian: address.s_addr), port: port)
    }

    fileprivate init?(ipv6 text: String, port: UInt16) {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var scope: UInt32 = 0
        if parts.count == 2 {
            let zone = String(parts[1])
            scope = UInt32(zone) ?? if_nametoindex(zone)
            guard scope != 0 else { return nil }
        }
        var address = in6_addr()
        guard inet_pton(AF_INET6, String(parts[0]), &address) == 1 else { return nil }
        self = .ipv6(high: address.high, low: address.low, port: port, scope: scope)
    }
}
