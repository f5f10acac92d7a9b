internal import Crypto
internal import FoundationEssentials

extension SharedSessions {
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
        return sealed(Array(data), key: key)
    }

    /// With the sum before it.
    static func sealed(_ body: [UInt8], key: String) -> [UInt8] { digest(of: body[...], key: key) + body }

    /// The pieces in a value; none where it is damaged, that of another key, or not in order.
    static func decode(_ value: [UInt8], key: String) -> [ChatPiece] {
        let body = value.dropFirst(16)
        guard value.count > 16, value.prefix(16).elementsEqual(digest(of: body, key: key)),
            let stored = try? JSONDecoder().decode([Stored].self, from: Data(body)),
            stored.allSatisfy({ (1...largestNumber).contains($0.sequence) })
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
        return isInOrder ? pieces : []
    }

    private static func digest(of body: ArraySlice<UInt8>, key: String) -> ArraySlice<UInt8> {
        var hash = SHA256()
        hash.update(data: Array(key.utf8))
        hash.update(data: Array(body))
        return Array(hash.finalize()).prefix(16)
    }
}
