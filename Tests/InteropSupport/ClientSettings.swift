public import GRPCCore

/// What a client may ask of its transport.
public struct ClientSettings: Sendable {
    /// Retries, time-outs and the like.
    public var serviceConfig = ServiceConfig()

    /// The defaults.
    public init() {}
}

/// Where a server is, in gRPC's notation: `ipv4:127.0.0.1:50051`, `unix:/path` or `dns:///name:50051`.
enum ServerTarget: Sendable, Equatable {
    case ipv4(address: String, port: Int)
    case unix(path: String)
    case dns(name: String, port: Int)

    /// Reads gRPC's notation.
    init(_ text: String) throws {
        guard let colon = text.firstIndex(of: ":") else { throw InteropFailure("\(text) is no target") }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon] {
        case "unix":
            self = .unix(path: String(rest))
        case "ipv4", "dns":
            let name = rest.drop { $0 == "/" }
            guard let last = name.lastIndex(of: ":"), let port = Int(name[name.index(after: last)...]) else {
                throw InteropFailure("\(text) has no port")
            }
            let host = String(name[..<last])
            self = text.hasPrefix("dns") ? .dns(name: host, port: port) : .ipv4(address: host, port: port)
        case let scheme:
            throw InteropFailure("the suite knows no targets of the kind \(scheme)")
        }
    }
}
