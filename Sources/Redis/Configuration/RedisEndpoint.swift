/// Where a server listens.
public struct RedisEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, an IPv6 one without brackets.
    public let host: String
    /// The TCP port.
    public let port: UInt16

    /// An endpoint.
    public init(host: String, port: UInt16 = 6_379) {
        self.host = host
        self.port = port
    }

    /// As a URL has it.
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Reads `host`, `host:port`, `[address]` or `[address]:port`, nil for anything else.
    init?(_ text: Substring) {
        var host = text
        var port: Substring?
        if text.utf8.first == UInt8(ascii: "[") {
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = text[text.utf8.index(after: text.startIndex)..<end]
            let rest = text[text.utf8.index(after: end)...]
            if !rest.utf8.isEmpty {
                guard rest.utf8.first == UInt8(ascii: ":") else { return nil }
                port = rest.dropFirst()
            }
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            host = text[..<colon]
            port = text[text.utf8.index(after: colon)...]
        }
        guard !host.utf8.isEmpty, host.utf8.count <= Self.hostLimitBytes, !host.utf8.contains(0) else {
            return nil
        }
        guard let port else {
            self.init(host: String(host))
            return
        }
        // UInt16("+1") would be a number too.
        guard let number = UInt16(port), number > 0, port.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }) else {
            return nil
        }
        self.init(host: String(host), port: number)
    }

    /// No name in the DNS is longer (RFC 1035, section 2.3.4).
    private static let hostLimitBytes = 255
}
