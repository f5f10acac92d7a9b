/// A web page's origin that may connect (RFC 6454, section 6.2): `https://app.example.com`, `http://localhost:*` for any port, or `*`
/// for all.
public struct OriginRule: Sendable, Equatable {
    private let origin: String
    private let allowsAnyPort: Bool

    /// A rule; nil where the text is no origin.
    public init?(_ text: String) {
        if text == "*" {
            (origin, allowsAnyPort) = ("*", false)
            return
        }
        let text = text.lowercased()
        allowsAnyPort = text.hasSuffix(":*")
        origin = allowsAnyPort ? String(text.dropLast(2)) : text
        guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return nil }
        let rest = origin.utf8.dropFirst(scheme.utf8.count)
        guard !rest.isEmpty, rest.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"/?#@*".utf8.contains($0) }) else {
            return nil
        }
    }

    /// Whether a page of that origin may connect.
    public func allows(_ other: String) -> Bool {
        guard origin != "*" else { return true }
        let other = other.lowercased()
        guard allowsAnyPort, other.utf8.starts(with: origin.utf8) else { return other == origin }
        let port = other.utf8.dropFirst(origin.utf8.count)
        guard let colon = port.first else { return true }
        return colon == UInt8(ascii: ":") && port.count > 1
            && port.dropFirst().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
