internal import Crypto
internal import FoundationEssentials
internal import GrimoireAPI
internal import SwiftProtobuf

/// An answer that has come to its end, without what belongs to the one who asked: its number and its record.
struct CachedAnswer: Sendable, Equatable {
    /// All of it, filtered.
    var text: String
    /// improvement, alternative or validation.
    var suggestionType: String
    /// What its last piece says of it.
    var metadata: [String: String]

    /// About what it takes in memory.
    var byteCount: Int {
        metadata.reduce(256 + text.utf8.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}

extension CachedAnswer {
    private static let form: UInt8 = 1
    private static let digestBytes = 16

    /// The answer as it lies in Redis, where anyone may have written: the form's number, 16 bytes of SHA-256 over the key and what
    /// follows, a `ChatResponse`.
    func encoded(key: String) -> [UInt8] {
        let message = Grimoire_V1_ChatResponse.with {
            $0.suggestion = text
            $0.suggestionType = suggestionType
            $0.metadata = metadata
        }
        // Nothing in it can fail to be encoded: its texts are texts.
        guard let body: [UInt8] = try? message.serializedBytes() else { return [] }
        return [Self.form] + Self.digest(of: body[...], key: key) + body
    }

    /// The answer in a value; nil where it is of another form, damaged, or that of another key.
    init?(_ value: [UInt8], key: String) {
        guard value.count > Self.digestBytes, value[0] == Self.form else { return nil }
        let body = value[(1 + Self.digestBytes)...]
        guard value[1...Self.digestBytes].elementsEqual(Self.digest(of: body, key: key)),
            let message = try? Grimoire_V1_ChatResponse(serializedBytes: Array(body))
        else { return nil }
        text = message.suggestion
        suggestionType = message.suggestionType
        metadata = message.metadata
    }

    private static func digest(of body: ArraySlice<UInt8>, key: String) -> ArraySlice<UInt8> {
        var hash = SHA256()
        hash.update(data: Array(key.utf8))
        hash.update(data: Array(body))
        return Array(hash.finalize()).prefix(digestBytes)
    }
}
