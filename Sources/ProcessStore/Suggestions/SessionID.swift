internal import Crypto
internal import FoundationEssentials
internal import ServiceKit

/// A conversation as it is stored, from what its client calls it.
enum SessionID {
    /// A UUID is taken as it is. Any other text becomes a UUID of version 5 (RFC 9562, section 5.5) in the name space of the
    /// organization, with the user before the text: two users' sessions of one name are two.
    static func stored(_ text: String, user: UUID, organization: UUID) -> UUID {
        if let uuid = UUID(text: text) { return uuid }
        var hash = Insecure.SHA1()
        withUnsafeBytes(of: organization.uuid) { hash.update(bufferPointer: $0) }
        hash.update(data: Array("\(user.text)/\(text)".utf8))
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
