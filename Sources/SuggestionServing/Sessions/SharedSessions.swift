internal import Crypto
internal import EventLoop
internal import FoundationEssentials
internal import Redis
internal import ServiceKit

/// What sessions keep for resuming, in Redis, so that a client may come back to another replica. Derived data: where Redis is away,
/// slow or wrong, nothing is there.
struct SharedSessions: Sendable {
    private let redis: RedisClients
    private let lifetime: Duration
    private static let patience: Duration = .milliseconds(250)
    private static let prefix = "grimoire:suggestions:session:v1:"

    init(redis: RedisClients, lifetime: Duration) {
        self.redis = redis
        self.lifetime = lifetime
    }

    /// What is kept of a session; empty where nothing is.
    func find(_ key: SessionKey) async -> [ChatPiece] {
        let client = redis.own
        let name = Self.name(key)
        guard client.isUp, let value = try? await client.get(RedisArgument(name), timeout: Self.patience)
        else { return [] }
        return Self.decode(value, key: name)
    }

    /// Keeps a session for others.
    func keep(_ pieces: [ChatPiece], for key: SessionKey) async {
        let client = redis.own
        guard client.isUp, !pieces.isEmpty else { return }
        let name = Self.name(key)
        let value = Self.encode(pieces, key: name)
        try? await client.set(
            RedisArgument(name),
            RedisArgument(value),
            expiry: lifetime,
            timeout: Self.patience
        )
    }

    private static func name(_ key: SessionKey) -> String {
        // A client's own text is hashed: keys have a bounded length.
        let digest = SHA256.hash(data: Array(key.name.utf8)).prefix(16)
        let name = digest.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
        return prefix + "\(key.organization.text):\(key.user.text):\(key.process.text):\(name)"
    }

    /// A piece as it lies there.
    private struct Stored: Codable {
        let sequence: Int64
        let text: String
        let type: String
        let metadata: [String: String]
        let isFinal: Bool
    }

    /// 16 bytes of SHA-256 over the key and what follows, JSON.
    static func encode(_ pieces: [ChatPiece], key: String) -> [UInt8] {
        let stored = pieces.map {
            Stored(
                sequence: $0.sequence,
                text: $0.text,
                type: $0.suggestionType,
                metadata: $0.metadata,
                isFinal: $0.isFinal
            )
        }
        guard let data = try? JSONEncoder().encode(stored) else { return [] }
        let body = Array(data)
        return digest(of: body[...], key: key) + body
    }

    /// The pieces in a value; none where it is damaged, that of another key, or not in order.
    static func decode(_ value: [UInt8], key: String) -> [ChatPiece] {
        let body = value.dropFirst(16)
        guard value.count > 16, value.prefix(16).elementsEqual(digest(of: body, key: key)),
            let stored = try? JSONDecoder().decode([Stored].self, from: Data(body))
        else { return [] }
        let pieces = stored.map {
            ChatPiece(
                sequence: $0.sequence,
                text: $0.text,
                suggestionType: $0.type,
                metadata: $0.metadata,
                isFinal: $0.isFinal
            )
        }
        let isInOrder = zip(pieces, pieces.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence }
        return isInOrder && (pieces.first?.sequence ?? 1) > 0 ? pieces : []
    }

    private static func digest(of body: ArraySlice<UInt8>, key: String) -> ArraySlice<UInt8> {
        var hash = SHA256()
        hash.update(data: Array(key.utf8))
        hash.update(data: Array(body))
        return Array(hash.finalize()).prefix(16)
    }
}
