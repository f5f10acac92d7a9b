/// Whether a client may speak WebSocket.
public enum UpgradeDecision<Context: Sendable>: Sendable {
    /// It may.
    ///
    /// - Parameters:
    ///   - subprotocol: One that it offered; nil where none was agreed on.
    ///   - context: What the handler of the connection is to know.
    case accept(subprotocol: String?, Context)
    /// It may not, and is told so over HTTP.
    case refuse(UpgradeRefusal)
}

/// An HTTP answer in place of a connection.
public struct UpgradeRefusal: Sendable, Equatable {
    /// From 400 to 599.
    public var status: Int
    /// JSON.
    public var body: String
    /// Beside those of the body.
    public var headers: [String: String]

    /// An answer.
    public init(status: Int, body: String, headers: [String: String] = [:]) {
        self.status = status
        self.body = body
        self.headers = headers
    }

    /// An answer in the form of all of Grimoire's errors (DESIGN, section 11).
    ///
    /// - Parameters:
    ///   - code: gRPC's number.
    ///   - message: Plain words without anything of the client's.
    init(_ status: Int, code: Int, _ message: StaticString, headers: [String: String] = [:]) {
        self.init(
            status: status,
            body: "{\"code\":\(code),\"message\":\"\(message)\",\"details\":[]}",
            headers: headers
        )
    }
}
