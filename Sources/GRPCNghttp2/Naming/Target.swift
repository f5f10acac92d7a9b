/// What a client connects to, in gRPC's notation.
///
/// | text | means |
/// |---|---|
/// | `dns:///host:port`, `dns:host:port`, `host:port` | every address of the name, looked up again when connections are lost |
/// | `ipv4:1.2.3.4:80,1.2.3.5:80` | these addresses |
/// | `ipv6:[::1]:80,[::2]:80` | these addresses |
/// | `unix:path`, `unix:///absolute/path` | a Unix socket |
/// | `unix-abstract:name` | a Unix socket without a file |
///
/// A port that is left out is 443. See gRPC's document "Name Resolution".
public struct Target: Sendable, Hashable, CustomStringConvertible {
    /// How a target is turned into addresses.
    enum Form: Sendable, Hashable {
        case dns(host: String, port: UInt16)
        /// At least one, all of one family.
        case addresses([SocketAddress])
    }

    /// The port of a target that names none.
    public static let defaultPort: UInt16 = 443
    /// How many addresses an `ipv4:` or `ipv6:` target may list.
    public static let maximumAddressCount = 256
    /// The longest name that DNS allows.
    private static let maximumHostLength = 253

    let form: Form

    /// Whether its addresses are in it, so that looking them up costs nothing.
    var isLiteral: Bool {
        if case .addresses = form { return true }
        return false
    }

    private init(form: Form) { self.form = form }

    /// A target from its text.
    ///
    /// - Throws: `TransportError` that says what is wrong with `text`.
    public init(_ text: String) throws(TransportError) {
        do {
            form = try Self.parse(text)
        } catch {
            throw .invalidAddress("target '\(text)': \(error.message)")
        }
    }

    /// Every address of a name. An address in numbers is a name too, of itself.
    ///
    /// - Throws: `TransportError` where `host` cannot be a name.
    public static func dns(host: String, port: UInt16 = defaultPort) throws(TransportError) -> Target {
        try checkHost(host)
        return Target(form: .dns(host: host, port: port))
    }

    /// One IPv4 address in numbers.
    ///
    /// - Throws: `TransportError` where `address` is none.
    public static func ipv4(_ address: String, port: UInt16 = defaultPort) throws(TransportError) -> Target {
        Target(form: .addresses([try literal(address, port: port, isIPv4: true)]))
    }

    /// One IPv6 address in numbers, without brackets.
    ///
    /// - Throws: `TransportError` where `address` is none.
    public static func ipv6(_ address: String, port: UInt16 = defaultPort) throws(TransportError) -> Target {
        Target(form: .addresses([try literal(address, port: port, isIPv4: false)]))
    }

    /// A Unix socket.
    ///
    /// - Throws: `TransportError` where the path is empty, too long for the kernel, or has a zero byte in it.
    public static func unix(path: String) throws(TransportError) -> Target {
        Target(form: .addresses([try SocketAddress(unixPath: path)]))
    }

    /// The value of `:authority`: host and port, of the first address where there are several; `localhost` for a Unix
    /// socket.
    public var authority: String {
        switch form {
        case .dns(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .addresses(let addresses): addresses[0].authority
        }
    }

    /// The target as text that ``init(_:)`` takes.
    public var description: String {
        switch form {
        case .dns: return "dns:///\(authority)"
        case .addresses(let addresses):
            // A path that itself begins with two slashes would be read as one after an authority.
            if let path = addresses[0].unixPath, path.hasPrefix("//") { return "unix://\(path)" }
            let rest = addresses.dropFirst().map { $0.description.dropFirst("ipv4:".count) }
            return ([addresses[0].description[...]] + rest).joined(separator: ",")
        }
    }

    private static func parse(_ text: String) throws(TransportError) -> Form {
        if let rest = text.dropping(prefix: "unix-abstract:") {
            return .addresses([try SocketAddress(unixAbstractName: String(rest))])
        }
        if let rest = text.dropping(prefix: "unix:") {
            return .addresses([try SocketAddress(unixPath: String(try path(rest, keepsSlash: true)))])
        }
        if let rest = text.dropping(prefix: "ipv4:") { return try parseList(try path(rest), isIPv4: true) }
        if let rest = text.dropping(prefix: "ipv6:") { return try parseList(try path(rest), isIPv4: false) }
        if let rest = text.dropping(prefix: "dns:") { return try parseName(try path(rest)) }
        if let end = text.firstIndex(of: ":"), text[end...].hasPrefix("://") {
            throw .invalidAddress(
                "the scheme '\(text[..<end])' is unknown; there are dns, ipv4, ipv6, unix and unix-abstract"
            )
        }
        return try parseName(text[...])
    }

    private static func parseName(_ text: Substring) throws(TransportError) -> Form {
        let parts = try HostAndPort(text)
        try checkHost(parts.host)
        return .dns(host: parts.host, port: parts.port ?? defaultPort)
    }

    private static func parseList(_ text: Substring, isIPv4: Bool) throws(TransportError) -> Form {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= maximumAddressCount else {
            throw .invalidAddress("\(items.count) addresses, at most \(maximumAddressCount) are possible")
        }
        var addresses: [SocketAddress] = []
        for item in items {
            let parts = try HostAndPort(item)
            addresses.append(try literal(parts.host, port: parts.port ?? defaultPort, isIPv4: isIPv4))
        }
        return .addresses(addresses)
    }

    private static func literal(
        _ host: String,
        port: UInt16,
        isIPv4: Bool
    ) throws(TransportError) -> SocketAddress {
        // In a URI the sign before an IPv6 address's interface is escaped (RFC 6874).
        let parts = host.split(separator: "%25", maxSplits: 1, omittingEmptySubsequences: false)
        let address = try? SocketAddress(host: parts.joined(separator: "%"), port: port)
        switch address?.kind {
        case .ipv4 where isIPv4, .ipv6 where !isIPv4: return address!
        default: throw .invalidAddress("'\(host)' is not an \(isIPv4 ? "IPv4" : "IPv6") address")
        }
    }

    /// What follows a scheme, without the empty authority of `scheme:///path`.
    private static func path(_ rest: Substring, keepsSlash: Bool = false) throws(TransportError) -> Substring
    {
        guard rest.hasPrefix("//") else { return rest }
        let afterSlashes = rest.dropFirst(2)
        guard afterSlashes.first == "/" else {
            throw .invalidAddress(
                "a server to ask ('\(afterSlashes.prefix { $0 != "/" })') cannot be named; use ':///'"
            )
        }
        return keepsSlash ? afterSlashes : afterSlashes.dropFirst()
    }

    private static func checkHost(_ host: String) throws(TransportError) {
        guard !host.isEmpty else { throw .invalidAddress("the host is empty") }
        guard host.utf8.count <= maximumHostLength else {
            throw .invalidAddress("the host has more than \(maximumHostLength) bytes")
        }
        // Colon and percent sign are those of IPv6 addresses; the underscore is common in names of containers.
        let isName = host.utf8.allSatisfy { byte in
            switch UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 {
            case true: true
            case false: "0123456789-._:%".utf8.contains(byte)
            }
        }
        guard isName else {
            throw .invalidAddress(
                "the host '\(host)' has characters other than letters, digits, '-', '.' and '_' (other scripts: as Punycode)"
            )
        }
    }
}
