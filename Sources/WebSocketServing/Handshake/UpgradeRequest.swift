internal import NIOHTTP1

/// A request to speak WebSocket: what a server decides by.
///
/// Describing it never shows the headers, which hold tokens.
public struct UpgradeRequest: Sendable {
    /// As it was sent, percent-encoded, without the query.
    public let path: String
    /// What follows the question mark; nil without one.
    public let query: String?
    /// What the client speaks on top, the most wanted first.
    public let subprotocols: [String]
    private let headers: HTTPHeaders

    init(_ head: HTTPRequestHead) {
        // By bytes: among characters, a question mark or a comma may be part of another one.
        let parts = head.uri.utf8.split(
            separator: UInt8(ascii: "?"),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        path = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        query = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil
        headers = head.headers
        subprotocols = head.headers["sec-websocket-protocol"].flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
                let trimmed = part.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed()
                return trimmed.isEmpty ? nil : String(decoding: Array(trimmed), as: UTF8.self)
            }
        }
    }

    /// Optional white space (RFC 9110, section 5.6.3).
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// A header's values, one for each line that it came in.
    public func header(_ name: String) -> [String] { headers[name] }
}

extension UpgradeRequest: CustomStringConvertible, CustomReflectable {
    /// The path.
    public var description: String { path }
    /// The same for `dump` and for whatever else looks inside.
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}
