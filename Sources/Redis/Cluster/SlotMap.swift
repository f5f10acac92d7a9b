/// Which server of a cluster has which slot.
struct SlotMap: Equatable {
    /// No cluster is larger (Redis Cluster specification); 16-bit indices suffice.
    static let serverLimit = 1_000

    private(set) var endpoints: [RedisEndpoint] = []
    /// For each slot, one more than the index of its server; 0 for a slot that nobody has.
    private var owners = [UInt16](repeating: 0, count: HashSlot.count)

    /// From the answer to `CLUSTER SLOTS`: an array of (first, last, (host, port, …), replicas…).
    ///
    /// - Parameters:
    ///   - reply: What came.
    ///   - asked: Who was asked, and is meant where a host is missing.
    /// - Throws: `RedisError` (server, unexpectedAnswer).
    init(_ reply: RedisValue, asked: RedisEndpoint) throws(RedisError) {
        for range in try reply.elements() {
            let parts = try range.elements()
            guard parts.count >= 3, case .integer(let first) = parts[0], case .integer(let last) = parts[1],
                let begin = HashSlot(first), let end = HashSlot(last), begin.number <= end.number
            else { throw Self.malformed }
            guard let index = index(of: try Self.endpoint(parts[2], asked: asked)) else {
                throw Self.malformed
            }
            for slot in begin.number...end.number { owners[slot] = index }
        }
        // A server that is in no cluster, or has just been added to one, knows nothing to go by.
        guard !endpoints.isEmpty else {
            throw RedisError(.unexpectedAnswer, "\(asked) knows of no server with slots")
        }
    }

    subscript(slot: HashSlot) -> RedisEndpoint? {
        let owner = Int(owners[slot.number])
        return owner == 0 ? nil : endpoints[owner - 1]
    }

    /// A server said that another one has the slot now.
    mutating func move(_ slot: HashSlot, to endpoint: RedisEndpoint) {
        if let index = index(of: endpoint) { owners[slot.number] = index }
    }

    /// Nil where there are too many servers.
    private mutating func index(of endpoint: RedisEndpoint) -> UInt16? {
        if let index = endpoints.firstIndex(of: endpoint) { return UInt16(index + 1) }
        guard endpoints.count < Self.serverLimit else { return nil }
        endpoints.append(endpoint)
        return UInt16(endpoints.count)
    }

    private static func endpoint(
        _ value: RedisValue,
        asked: RedisEndpoint
    ) throws(RedisError) -> RedisEndpoint {
        let parts = try value.elements()
        guard parts.count >= 2, case .integer(let number) = parts[1], let port = UInt16(exactly: number),
            port > 0,
            let host = try parts[0].bytes()
        else {
            // Redis 7 leaves the host out where the one that was asked is meant.
            guard parts.count >= 2, parts[0] == .null, case .integer(let number) = parts[1],
                let port = UInt16(exactly: number), port > 0
            else { throw malformed }
            return RedisEndpoint(host: asked.host, port: port)
        }
        return RedisEndpoint(
            host: host.isEmpty ? asked.host : String(decoding: host, as: UTF8.self),
            port: port
        )
    }

    private static var malformed: RedisError {
        RedisError(.unexpectedAnswer, "the answer to CLUSTER SLOTS is not of its form")
    }
}
