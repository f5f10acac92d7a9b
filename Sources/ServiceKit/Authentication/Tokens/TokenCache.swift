/// Tokens that have been verified already: a signature costs a hundred times as much as looking here.
///
/// Bounded: it holds two halves, and when the newer one is full, the older one goes with all that nobody asked for
/// meanwhile. What has expired, or was verified with other keys than those of now, is not found.
struct TokenCache: Sendable {
    private var newer: [String: VerifiedToken] = [:]
    private var older: [String: VerifiedToken] = [:]
    private var generation = 0
    private let halfCapacity: Int

    /// - Parameter capacity: How many tokens it holds at most; 0 for none.
    init(capacity: Int) { halfCapacity = (capacity + 1) / 2 }

    /// How many tokens it holds.
    var count: Int { newer.count + older.count }

    /// What a token was found to say.
    ///
    /// - Parameters:
    ///   - generation: The number of the key set of now.
    ///   - now: Seconds since 1970.
    mutating func find(_ token: String, generation: Int, now: Double) -> VerifiedToken? {
        guard generation == self.generation else { return nil }
        if let found = newer[token] { return found.expiry > now ? found : nil }
        guard let found = older.removeValue(forKey: token), found.expiry > now else { return nil }
        insert(token, found)
        return found
    }

    /// Remembers a token that has been verified with the key set of that number.
    mutating func add(_ token: String, _ verified: VerifiedToken, generation: Int) {
        guard halfCapacity > 0, generation >= self.generation else { return }
        if generation > self.generation {
            self.generation = generation
            newer = [:]
            older = [:]
        }
        insert(token, verified)
    }

    private mutating func insert(_ token: String, _ verified: VerifiedToken) {
        if newer.count >= halfCapacity {
            older = newer
            newer = [:]
        }
        newer[token] = verified
    }
}
