internal import Crypto
internal import GrimoireAPI
internal import SwiftProtobuf

extension SharedSessions {
    private static let digestBytes = 16
    /// What says how long a piece is.
    private static let lengthBytes = 4

    /// 16 bytes of SHA-256 over the key and what follows: each piece as a `ChatResponse`, its length in 4 bytes before it.
    static func encode(_ pieces: [ChatPiece], key: String) -> [UInt8] {
        var body: [UInt8] = []
        for piece in pieces {
            // Nothing in it can fail to be encoded: its texts are texts.
            guard let message: [UInt8] = try? piece.message.serializedBytes() else { return [] }
            withUnsafeBytes(of: UInt32(message.count).bigEndian) { body += $0 }
            body += message
        }
        return sealed(body, key: key)
    }

    /// With the sum before it.
    static func sealed(_ body: [UInt8], key: String) -> [UInt8] { digest(of: body[...], key: key) + body }

    /// The pieces in a value; none where it is damaged, that of another key, or not in order.
    static func decode(_ value: [UInt8], key: String) -> [ChatPiece] {
        let body = value.dropFirst(digestBytes)
        guard !body.isEmpty, value.prefix(digestBytes).elementsEqual(digest(of: body, key: key)) else {
            return []
        }
        var pieces: [ChatPiece] = []
        var rest = body
        while !rest.isEmpty {
            let count = rest.prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= lengthBytes, rest.count - lengthBytes >= count,
                let message = try? Grimoire_V1_ChatResponse(
                    serializedBytes: Array(rest.dropFirst(lengthBytes).prefix(count))
                ),
                let piece = ChatPiece(message), (1...largestNumber).contains(piece.sequence)
            else { return [] }
            pieces.append(piece)
            rest = rest.dropFirst(lengthBytes + count)
        }
        let isInOrder = zip(pieces, pieces.dropFirst()).allSatisfy { $0.sequence + 1 == $1.sequence }
        return isInOrder ? pieces : []
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
