/// The parts of a URL `redis://[user:password@]host[:port][,host[:port]…][/database]`.
struct RedisURL {
    let endpoints: [RedisEndpoint]
    var user: String?
    var password: String?
    let database: Int

    /// How many servers a URL may name.
    static let endpointLimit = 64
    /// Redis is never set up with more databases than this.
    static let databaseLimit = 1_000_000

    static let form = "redis://[user:password@]host[:port][,host[:port]…][/database]"

    init(_ url: String) throws(RedisError) {
        guard let colon = url.utf8.firstIndex(of: UInt8(ascii: ":")),
            url[colon...].utf8.starts(with: "://".utf8)
        else {
            throw Self.invalid("it has no scheme")
        }
        switch url[..<colon].lowercased() {
        case "redis": break
        case "rediss":
            throw Self.invalid("rediss:// (TLS) is not supported: use redis:// on a network that is trusted")
        default: throw Self.invalid("its scheme is not redis")
        }
        var rest = url[url.utf8.index(colon, offsetBy: 3)...]
        guard !rest.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            throw Self.invalid("it has a query or a fragment; write ? and # of a password as %3F and %23")
        }
        if let at = rest.utf8.lastIndex(of: UInt8(ascii: "@")) {
            (user, password) = try Self.credentials(rest[..<at])
            rest = rest[rest.utf8.index(after: at)...]
        }
        let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/"))
        database = try Self.database(slash.map { rest[rest.utf8.index(after: $0)...] } ?? "")
        endpoints = try Self.endpoints(rest[..<(slash ?? rest.endIndex)])
    }

    static func invalid(_ reason: String) -> RedisError {
        RedisError(.invalidConfiguration, "the URL is not of the form \(form): \(reason)")
    }

    private static func credentials(
        _ text: Substring
    ) throws(RedisError) -> (user: String?, password: String?) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw invalid("before the @ stands no password; for a password alone, write :password@")
        }
        guard let user = decoded(text[..<colon]),
            let password = decoded(text[text.utf8.index(after: colon)...])
        else {
            throw invalid("user and password have a % without two hexadecimal digits, or are not UTF-8")
        }
        guard !password.isEmpty else { throw invalid("the password is empty") }
        return (user.isEmpty ? nil : user, password)
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        guard !text.isEmpty else { return 0 }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int(text),
            number <= databaseLimit
        else { throw invalid("the database is a number from 0") }
        return number
    }

    private static func endpoints(_ text: Substring) throws(RedisError) -> [RedisEndpoint] {
        var endpoints: [RedisEndpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = RedisEndpoint(part) else {
                throw invalid("a host is missing, or a port is not a number from 1 to 65535")
            }
            endpoints.append(endpoint)
        }
        guard endpoints.count <= endpointLimit else {
            throw invalid("it names more than \(endpointLimit) hosts")
        }
        return endpoints
    }

    /// Without its percent signs, nil where one is not followed by two hexadecimal digits or the bytes are not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexadecimal),
                let low = rest.popFirst().flatMap(hexadecimal)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
