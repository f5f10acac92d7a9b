internal import Crypto
internal import EventLoop
internal import GrimoireAPI
internal import Redis
internal import ServiceKit
internal import SwiftProtobuf

/// What sessions keep for resuming, in Redis, so that a client may come back to another replica. Derived data: where Redis is away,
/// slow or wrong, nothing is there.
struct SharedSessions: Sendable {
    private let redis: RedisClients
    private let lifetime: Duration
    private static let patience: Duration = .milliseconds(250)
    private static let prefix = "grimoire:suggestions:session:v2:"

    init(redis: RedisClients, lifetime: Duration) {
        self.redis = redis
        self.lifetime = lifetime
    }

    /// What is kept of a session that went further than a number; empty where nothing is.
    func find(_ key: SessionKey, after sequence: Int64) async -> [ChatPiece] {
        let client = redis.own
        let name = Self.name(key)
        guard client.isUp, let value = try? await client.get(RedisArgument(name), timeout: Self.patience)
        else { return [] }
        return Self.decode(value, key: name, after: sequence)
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

    /// 16 bytes of SHA-256 over the key and what follows: the last piece's number in 8 bytes, then each piece as a `ChatResponse`, its
    /// length in 4 bytes before it.
    static func encode(_ pieces: [ChatPiece], key: String) -> [UInt8] {
        var body = bytes(UInt64(bitPattern: pieces.last?.sequence ?? 0))
        for piece in pieces {
            // Nothing in it can fail to be encoded: its texts are texts.
            guard let message: [UInt8] = try? piece.message.serializedBytes() else { return [] }
            body += bytes(UInt32(message.count))
            body += message
        }
        return digest(of: body[...], key: key) + body
    }

    /// The pieces in a value; none where they go no further than a number, where it is damaged, that of another key, or not in order.
    static func decode(_ value: [UInt8], key: String, after sequence: Int64 = 0) -> [ChatPiece] {
        guard value.count > digestBytes + 8 else { return [] }
        let body = value[digestBytes...]
        // Most often it is what this process has put there itself.
        guard Int64(bitPattern: number(body.prefix(8))) > sequence,
            value.prefix(digestBytes).elementsEqual(digest(of: body, key: key))
        else { return [] }
        var pieces: [ChatPiece] = []
        var rest = body.dropFirst(8)
        while !rest.isEmpty {
            guard rest.count >= 4, case let count = Int(number(rest.prefix(4))), rest.count - 4 >= count,
                let message = try? Grimoire_V1_ChatResponse(
                    serializedBytes: Array(rest.dropFirst(4).prefix(count))
                ),
                let piece = ChatPiece(message)
            else { return [] }
            pieces.append(piece)
            rest = rest.dropFirst(4 + count)
        }
        let isInOrder = zip(pieces, pieces.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence }
        return isInOrder && (pieces.first?.sequence ?? 1) > 0 ? pieces : []
    }

    private static let digestBytes = 16

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func digest(of body: ArraySlice<UInt8>, key: String) -> ArraySlice<UInt8> {
        var hash = SHA256()
        hash.update(data: Array(key.utf8))
        body.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize()).prefix(digestBytes)
    }
}

extension ChatPiece {
    /// As ``message`` made it; nil where it has no number.
    fileprivate init?(_ message: Grimoire_V1_ChatResponse) {
        var metadata = message.metadata
        guard let sequence = metadata.removeValue(forKey: "sequence").flatMap({ Int64($0) }) else {
            return nil
        }
        self.init(
            sequence: sequence,
            text: message.suggestion,
            suggestionType: message.suggestionType,
            metadata: metadata,
            isFinal: message.isFinal
        )
    }
}
