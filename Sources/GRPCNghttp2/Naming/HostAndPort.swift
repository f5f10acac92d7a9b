/// `host`, `host:port`, `[v6]` or `[v6]:port`, taken apart. What the host is, is for others to say.
struct HostAndPort: Hashable {
    /// Without brackets; never empty.
    let host: String
    /// As written; nil where there is none.
    let port: UInt16?

    /// - Throws: `TransportError` where the brackets do not match, the host is missing or the port is no port.
    init(_ text: some StringProtocol) throws(TransportError) {
        let host: Substring
        let rest: Substring
        let text = Substring(text)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw .invalidAddress("'\(text)' has no closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw .invalidAddress("'\(text)' goes on after its closing bracket")
            }
        } else if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].contains(":") {
            // Two colons without brackets: an IPv6 address, of which no part is the port.
            host = text
            rest = ""
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
        }
        guard !host.isEmpty else { throw .invalidAddress("'\(text)' names no host") }
        self.host = String(host)
        guard !rest.isEmpty else {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        // UInt16 would also take a sign.
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw .invalidAddress("'\(text)' has the port '\(digits)', which is not a number from 0 to 65535")
        }
        self.port = port
    }
}

extension String {
    /// What follows `prefix`; nil where the text does not begin with it.
    func dropping(prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
