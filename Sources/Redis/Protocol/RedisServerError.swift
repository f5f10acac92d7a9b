/// An answer that is an error, as the server wrote it.
public struct RedisServerError: Error, Sendable, Equatable {
    /// All of it, `WRONGTYPE Operation against a key holding the wrong kind of value` for instance.
    public let message: String

    /// An error of the server's.
    public init(message: String) { self.message = message }

    /// The first word, which says of what kind it is: `ERR`, `WRONGTYPE`, `MOVED`, …
    public var kind: Substring {
        message.utf8.firstIndex(of: UInt8(ascii: " ")).map { message[..<$0] } ?? message[...]
    }

    /// Whether the same command may succeed a little later; it was not done.
    public var isTransient: Bool { Self.transientKinds.contains(kind) }

    /// Whether user or password is at fault.
    var isAboutAuthentication: Bool {
        // Redis before 6 has no kind of its own for a wrong password.
        kind == "WRONGPASS" || kind == "NOAUTH" || message.utf8.starts(with: "ERR invalid password".utf8)
            || message.utf8.starts(with: "ERR AUTH".utf8)
            || message.utf8.starts(with: "ERR Client sent AUTH".utf8)
    }

    /// While a server starts or fails over, a cluster moves slots, or a script keeps the server busy.
    private static let transientKinds: Set<Substring> = [
        "LOADING", "BUSY", "MASTERDOWN", "NOREPLICAS", "TRYAGAIN", "CLUSTERDOWN", "MOVED", "ASK", "READONLY",
    ]
}
