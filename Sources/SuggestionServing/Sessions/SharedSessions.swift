internal import Crypto
internal import EventLoop
internal import Redis
internal import ServiceKit

/// What replicas share of sessions, in Redis: which of them answers in one, which numbers it may give, and what is kept for
/// resuming. Derived data: where Redis is away, slow or wrong, nothing is there, and each replica keeps to its own memory.
///
/// Two keys for each session, in one slot of a cluster. `…:owner` holds the token of the replica that answers, and is gone when
/// that one has not renewed it for ``leaseTime``. The hash beside it has `last`, the last number that anybody may have given,
/// and `pieces`. While an answer is under way, `last` is the end of the numbers set aside for it: whoever takes over from a
/// replica that has gone begins after these, so that no number is given twice, whatever the other one still does.
struct SharedSessions: Sendable {
    /// What is known of a session.
    struct Known: Sendable {
        var pieces: [ChatPiece] = []
        /// The last number that may have been given.
        var last: Int64 = 0
        /// A replica is answering in it.
        var isAnswering = false
        /// Redis has known that number, too: what others have answered, if anything, is not forgotten.
        var isShared = false
    }

    /// What became of asking for a session.
    enum Claim: Sendable {
        /// It is this replica's; what was known of it.
        case granted(Known)
        /// Another replica is answering in it.
        case taken
        /// Nobody can tell.
        case unknown
    }

    /// How long a replica may be silent before another one takes over.
    static let leaseTime: Duration = .seconds(10)
    /// How many numbers are set aside for an answer: more than one has bytes (`LiteLLMConfiguration.textBytes`), and so pieces.
    static let numbersOfAnAnswer: Int64 = 1 << 23

    /// No session comes that far; beyond, Lua's numbers are no longer whole.
    static let largestNumber: Int64 = 1 << 53
    /// How many leases are renewed in one go.
    static let renewedAtOnce = 128

    private let redis: RedisClients
    private let lifetime: Duration
    private static let patience: Duration = .milliseconds(250)
    private static let prefix = "grimoire:suggestions:session:v2:"

    init(redis: RedisClients, lifetime: Duration) {
        self.redis = redis
        self.lifetime = lifetime
    }

    /// What is kept of a session; nothing where nobody can tell.
    func find(_ key: SessionKey) async -> Known {
        let name = Self.name(key)
        let client = redis.own
        let commands = [
            RedisCommand("HMGET", [RedisArgument(name), "last", "pieces"]),
            RedisCommand("EXISTS", [RedisArgument(name + Self.ownerSuffix)]),
        ]
        guard client.isUp, let answers = try? await client.pipeline(commands, timeout: Self.patience),
            let known = try? answers[0].elements(), known.count == 2
        else { return Known() }
        return Known(
            pieces: Self.pieces(known[1], key: name),
            last: Self.number(known[0]),
            isAnswering: (try? answers[1].integer()) == 1
        )
    }

    /// Asks for a session, to answer in it. Its pieces come with it where others have gone further than this replica.
    ///
    /// - Parameters:
    ///   - token: Who asks: of this answer alone.
    ///   - last: The last number that this replica has given or seen.
    func claim(_ key: SessionKey, token: String, after last: Int64) async -> Claim {
        let name = Self.name(key)
        let client = redis.own
        let arguments: [RedisArgument] = [
            RedisArgument(token), .integer(Self.milliseconds(Self.leaseTime)), .integer(Int(last)),
            .integer(Int(Self.numbersOfAnAnswer)), .integer(Self.milliseconds(lifetime)),
        ]
        let command = Self.run(Self.claimScript, name, arguments)
        guard client.isUp, let answer = try? await client.send(command, timeout: Self.patience),
            let elements = try? answer.elements(), let word = elements.first
        else { return .unknown }
        guard (try? word.integer()) == 1, elements.count == 4 else { return .taken }
        var known = Known(pieces: Self.pieces(elements[2], key: name), last: Self.number(elements[1]))
        known.isShared = known.last > 0 && Self.number(elements[3]) == known.last
        return .granted(known)
    }

    /// Says that this replica still answers.
    ///
    /// - Parameter leases: At most ``renewedAtOnce``.
    /// - Returns: Those of them that another replica has taken over, as far as anybody can tell.
    func renew(_ leases: ArraySlice<SessionLease>) async -> [SessionLease] {
        let client = redis.own
        guard client.isUp, !leases.isEmpty else { return [] }
        let commands = leases.map { lease in
            Self.run(
                Self.renewScript,
                Self.name(lease.key),
                [
                    RedisArgument(lease.token), .integer(Self.milliseconds(Self.leaseTime)),
                    .integer(Int(lease.reserved)), .integer(Self.milliseconds(lifetime)),
                ]
            )
        }
        guard let answers = try? await client.pipeline(commands, timeout: Self.patience) else { return [] }
        return zip(leases, answers).filter { (try? $1.integer()) == 0 }.map(\.0)
    }

    /// Keeps what an answer has come to, and lets others have the session: said, and not waited for.
    func release(_ lease: SessionLease, last: Int64, pieces: [ChatPiece]) {
        let client = redis.own
        guard client.isUp else { return }
        let name = Self.name(lease.key)
        let arguments: [RedisArgument] = [
            RedisArgument(lease.token), .integer(Int(lease.reserved)), .integer(Int(last)),
            RedisArgument(Self.encode(pieces, key: name)), .integer(Self.milliseconds(lifetime)),
        ]
        let command = Self.run(Self.releaseScript, name, arguments)
        // At once where this is the client's own loop, as it is unless the task runs elsewhere.
        guard !client.loop.isCurrent else {
            return client.sendOnLoop([command], timeout: Self.patience) { _ in }
        }
        client.loop.execute { client.sendOnLoop([command], timeout: Self.patience) { _ in } }
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int(duration.nanoseconds / 1_000_000) }

    private static func number(_ value: RedisValue) -> Int64 {
        guard let bytes = try? value.bytes() else { return 0 }
        return min(max(0, Int64(String(decoding: bytes, as: UTF8.self)) ?? 0), largestNumber)
    }

    private static func pieces(_ value: RedisValue, key: String) -> [ChatPiece] {
        guard let bytes = try? value.bytes() else { return [] }
        return decode(bytes, key: key)
    }

    private static func run(_ script: String, _ name: String, _ arguments: [RedisArgument]) -> RedisCommand {
        let keys: [RedisArgument] = [RedisArgument(name + ownerSuffix), RedisArgument(name)]
        return RedisCommand("EVAL", [RedisArgument(script), 2] + keys + arguments, keyIndex: 2)
    }

    private static let ownerSuffix = ":owner"

    private static func name(_ key: SessionKey) -> String {
        // A client's own text is hashed: keys have a bounded length.
        let digest = SHA256.hash(data: Array(key.name.utf8)).prefix(16)
        let name = digest.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        // In braces, what decides on the slot of a cluster.
        return prefix + "{\(key.organization.text):\(key.user.text):\(key.process.text):\(name)}"
    }
}

/// Each is done by Redis at once, with nothing between. Numbers below 2^53 are whole in Lua.
extension SharedSessions {
    private static let claimScript = """
        if redis.call('EXISTS', KEYS[1]) == 1 then return {0} end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        local known = redis.call('HMGET', KEYS[2], 'last', 'pieces')
        local last = math.max(tonumber(known[1] or 0), tonumber(ARGV[3]))
        local news = last > tonumber(ARGV[3]) and known[2] or ''
        redis.call('HSET', KEYS[2], 'last', string.format('%.0f', last + tonumber(ARGV[4])))
        redis.call('PEXPIRE', KEYS[2], ARGV[5])
        return {1, string.format('%.0f', last), news, known[1] or '0'}
        """

    /// Where the token is gone, nobody has taken over as long as no number after those that were set aside may have been given.
    private static let mayGoOn = """
        local owner = redis.call('GET', KEYS[1])
        if owner and owner ~= ARGV[1] then return 0 end
        local last = tonumber(redis.call('HGET', KEYS[2], 'last') or 0)
        if not owner and last > reserved then return 0 end

        """

    private static let renewScript =
        "local reserved = tonumber(ARGV[3])\n" + mayGoOn + """
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            redis.call('HSET', KEYS[2], 'last', ARGV[3])
            redis.call('PEXPIRE', KEYS[2], ARGV[4])
            return 1
            """

    private static let releaseScript =
        "local reserved = tonumber(ARGV[2])\n" + mayGoOn + """
            redis.call('HSET', KEYS[2], 'last', ARGV[3], 'pieces', ARGV[4])
            redis.call('PEXPIRE', KEYS[2], ARGV[5])
            redis.call('DEL', KEYS[1])
            return 1
            """
}
