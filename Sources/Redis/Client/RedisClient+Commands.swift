/// The commands that most callers need.
extension RedisClient {
    /// Sends a command and returns its answer.
    ///
    /// - Parameters:
    ///   - command: What to do.
    ///   - timeout: How long to wait; `commandTimeout` of the configuration where it is nil.
    /// - Throws: `RedisError`, (server) too where the answer is an error.
    public func send(
        _ command: RedisCommand,
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisValue {
        try await pipeline([command], timeout: timeout)[0].get()
    }

    /// The value of a key, nil where there is none.
    ///
    /// - Throws: `RedisError`.
    public func get(_ key: RedisArgument, timeout: Duration? = nil) async throws(RedisError) -> [UInt8]? {
        try await pipeline([.get(key)], timeout: timeout)[0].bytes()
    }

    /// The values of several keys in their order, nil for each that is not there. In a cluster, of any slots.
    ///
    /// - Throws: `RedisError`.
    public func mget(_ keys: [RedisArgument], timeout: Duration? = nil) async throws(RedisError) -> [[UInt8]?]
    {
        guard !keys.isEmpty else { return [] }
        let values =
            configuration.isCluster
            ? try await pipeline(keys.map { .get($0) }, timeout: timeout)
            : try await pipeline([.mget(keys)], timeout: timeout)[0].elements()
        guard values.count == keys.count else {
            throw RedisError(.unexpectedAnswer, "\(values.count) values came for \(keys.count) keys")
        }
        var all: [[UInt8]?] = []
        for value in values { all.append(try value.bytes()) }
        return all
    }

    /// Gives a key a value.
    ///
    /// - Parameters:
    ///   - key: Which.
    ///   - value: Any bytes.
    ///   - expiry: How long it lives, in whole milliseconds, one at least; for ever where it is nil.
    ///   - timeout: How long to wait for the answer.
    /// - Throws: `RedisError`.
    public func set(
        _ key: RedisArgument,
        _ value: RedisArgument,
        expiry: Duration? = nil,
        timeout: Duration? = nil
    ) async throws(RedisError) {
        _ = try await send(.set(key, value, expiry: expiry), timeout: timeout)
    }

    /// Removes keys; how many there were. In a cluster, of any slots.
    ///
    /// - Throws: `RedisError`.
    @discardableResult
    public func del(_ keys: [RedisArgument], timeout: Duration? = nil) async throws(RedisError) -> Int {
        guard !keys.isEmpty else { return 0 }
        let commands = configuration.isCluster ? keys.map { .del([$0]) } : [RedisCommand.del(keys)]
        var sum = 0
        for value in try await pipeline(commands, timeout: timeout) { sum += try value.integer() }
        return sum
    }

    /// Tells subscribers something; how many of them the server that was asked has told.
    ///
    /// - Throws: `RedisError`.
    @discardableResult
    public func publish(
        _ channel: RedisArgument,
        _ message: RedisArgument,
        timeout: Duration? = nil
    ) async throws(RedisError) -> Int {
        try await pipeline([.publish(channel, message)], timeout: timeout)[0].integer()
    }

    /// Adds to a number, which is 0 where there is none yet; the sum.
    ///
    /// - Throws: `RedisError`.
    @discardableResult
    public func incr(
        _ key: RedisArgument,
        by amount: Int = 1,
        timeout: Duration? = nil
    ) async throws(RedisError) -> Int {
        try await pipeline([.incr(key, by: amount)], timeout: timeout)[0].integer()
    }
}
