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
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = parts.first.map(String.init) ?? ""
        query = parts.count > 1 ? String(parts[1]) : nil
        headers = head.headers
        subprotocols = head.headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
    }

    /// A header's values, one for each line that it came in.
    public func header(_ name: String) -> [String] { headers[name] }
}

extension UpgradeRequest: CustomStringConvertible, CustomReflectable {
    /// The path.
    public var description: String { path }
    /// The same for `dump` and for whatever else looks inside.
    public var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}
