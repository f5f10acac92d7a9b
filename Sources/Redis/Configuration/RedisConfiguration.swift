/// Which servers to use, as whom, and within which limits.
///
/// Describing it never shows the password.
public struct RedisConfiguration: Sendable {
    /// The server; in a cluster, any of its servers: those asked first for the others.
    public let endpoints: [RedisEndpoint]
    /// The user of Redis' access lists, nil for the default user.
    public let user: String?
    /// Nil where none is asked for.
    let password: String?
    /// The number of the database, 0 in a cluster.
    public let database: Int
    /// Whether keys are spread over the servers of a Redis Cluster.
    public let isCluster: Bool

    /// For connecting, authenticating and selecting together; the look-up of a name has the resolver's own limits.
    public var connectTimeout: Duration = .seconds(2)
    /// How long an answer may take, where the caller does not say.
    public var commandTimeout: Duration = .seconds(1)
    /// How long after its deadline an answer may still come; after that the connection is given up.
    public var lateAnswerGrace: Duration = .seconds(1)
    /// How many connections a client keeps to each server; commands take turns on them.
    public var connectionsPerServer = 1
    /// How many commands may be under way on a connection; more are refused (overloaded).
    public var commandsInFlight = 10_000
    /// How many bytes may wait to be sent on a connection; more are refused (overloaded).
    public var unsentBytes = 128 << 20
    /// How large an answer may be; a server that sends a larger one loses the connection.
    public var replyLimits = RedisReplyLimits()
    /// How long the next attempt to connect is put off after the first failure; twice as long after each other.
    public var firstBackoff: Duration = .milliseconds(50)
    /// How long it is put off at most.
    public var lastBackoff: Duration = .seconds(1)
    /// How often at most a cluster is asked anew for its map.
    public var clusterRefreshInterval: Duration = .milliseconds(250)
    /// How often a command follows a cluster's MOVED or ASK.
    public var redirectionLimit = 5
    /// How soon a subscriber notices a server that has vanished without a word.
    public var deadPeerTimeout: Duration = .seconds(10)

    /// From a URL `redis://[user:password@]host[:port][,host[:port]…][/database]`; several hosts in a cluster only.
    ///
    /// In user and password, characters that mean something in a URL are written as `%` and two hexadecimal digits.
    ///
    /// - Parameters:
    ///   - url: Where and as whom.
    ///   - isCluster: Whether it leads to a Redis Cluster.
    /// - Throws: `RedisError` (invalidConfiguration) that says what is allowed, without repeating the password.
    public init(url: String, isCluster: Bool = false) throws(RedisError) {
        let parts = try RedisURL(url)
        guard isCluster || parts.endpoints.count == 1 else {
            throw RedisURL.invalid("several hosts are for a cluster")
        }
        guard !isCluster || parts.database == 0 else {
            throw RedisURL.invalid("a cluster has only database 0")
        }
        endpoints = parts.endpoints
        user = parts.user
        password = parts.password
        database = parts.database
        self.isCluster = isCluster
    }

    /// What a new connection says first; PING where there is nothing else, to see that the server answers.
    var greeting: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password {
            let arguments = user.map { [RedisArgument($0)] } ?? []
            commands.append(RedisCommand("AUTH", arguments + [RedisArgument(password)], keyIndex: nil))
        }
        if database != 0 { commands.append(RedisCommand("SELECT", [.integer(database)], keyIndex: nil)) }
        // LOADING is an answer to this one, and not to the two above.
        commands.append(RedisCommand("PING", keyIndex: nil))
        return commands
    }
}

extension RedisConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL, with asterisks for the password.
    public var description: String {
        let credentials = password == nil ? "" : "\(user ?? ""):***@"
        let hosts = endpoints.map(\.description).joined(separator: ",")
        return "redis://\(credentials)\(hosts)/\(database)\(isCluster ? " (cluster)" : "")"
    }

    /// The same: no way of printing shows the password.
    public var debugDescription: String { description }

    /// The same for `dump` and for whatever else looks inside.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
