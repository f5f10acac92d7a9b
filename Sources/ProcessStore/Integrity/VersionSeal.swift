internal import Crypto
internal import FoundationEssentials

/// What makes a version's contents provable: their hash, its place in the chain of versions, a signature over both.
struct VersionSeal: Sendable, Equatable {
    /// SHA-256 over the contents' canonical encoding.
    let contentHash: [UInt8]
    /// SHA-256 over the previous version's chain hash and the content hash.
    let chainHash: [UInt8]
    /// Ed25519 over the chain hash (RFC 8032).
    let signature: [UInt8]
    /// Which key made the signature.
    let keyID: String

    /// What version 1, and the first version after those that are older than the hashes, follows: the chain belongs to one
    /// process of one organization.
    static func genesis(process: UUID, organization: UUID) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array("grimoire.chain.1\n".utf8))
        withUnsafeBytes(of: organization.uuid) { hash.update(bufferPointer: $0) }
        withUnsafeBytes(of: process.uuid) { hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }

    /// The chain hash of a version with that content hash, after one with that chain hash.
    static func chainHash(after previous: [UInt8], _ contentHash: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: previous + contentHash))
    }

    /// Seals contents as the version after the one with the chain hash `previous`.
    ///
    /// - Throws: `CryptoKitError` where the library fails.
    init(contentHash: [UInt8], after previous: [UInt8], keys: SigningKeys) throws {
        self.contentHash = contentHash
        chainHash = Self.chainHash(after: previous, contentHash)
        signature = try keys.sign(chainHash)
        keyID = keys.currentID
    }

    /// As it is stored.
    init(contentHash: [UInt8], chainHash: [UInt8], signature: [UInt8], keyID: String) {
        self.contentHash = contentHash
        self.chainHash = chainHash
        self.signature = signature
        self.keyID = keyID
    }
}

extension [UInt8] {
    /// In hexadecimal, lower case.
    var hexadecimal: String {
        String(unsafeUninitializedCapacity: 2 * count) { text in
            for (index, byte) in enumerated() {
                text[2 * index] = Self.hexadecimalDigit(byte >> 4)
                text[2 * index + 1] = Self.hexadecimalDigit(byte & 15)
            }
            return 2 * count
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
