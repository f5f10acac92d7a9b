internal import FoundationEssentials

/// A token in its parts, not verified yet (RFC 7515, section 7.1).
struct SignedToken {
    let header: TokenHeader
    /// What the signature is made of: header and claims as they came, with the dot between them.
    let signed: [UInt8]
    let signature: Data
    private let claims: Data

    /// The longest token that is looked at, in bytes.
    static let maxBytes = 8_192

    /// Takes a token apart; nil where it is none.
    init?(_ token: String) {
        let bytes = Array(token.utf8)
        guard bytes.count <= Self.maxBytes else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.decode(parts[0]), let claims = Self.decode(parts[1]),
            let signature = Self.decode(parts[2]),
            let fields = try? JSONDecoder().decode(TokenHeader.self, from: header)
        else { return nil }
        self.header = fields
        self.claims = claims
        self.signature = signature
        signed = Array(bytes.prefix(parts[2].startIndex - 1))
    }

    /// The claims; to be believed only once the signature is verified. Nil where they are not what they must be.
    func decodedClaims() -> TokenClaims? { try? JSONDecoder().decode(TokenClaims.self, from: claims) }

    /// Base64 of its URL form, without padding (RFC 4648, section 5).
    private static func decode(_ text: ArraySlice<UInt8>) -> Data? {
        guard !text.isEmpty else { return nil }
        var plain = Data(capacity: text.count + 3)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): plain.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): plain.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="): return nil
            default: plain.append(byte)
            }
        }
        while plain.count % 4 != 0 { plain.append(UInt8(ascii: "=")) }
        return Data(base64Encoded: plain)
    }
}
