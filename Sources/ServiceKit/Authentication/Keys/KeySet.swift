internal import FoundationEssentials
internal import JWTKit

/// The public keys of a JWKS document (RFC 7517) that may verify tokens: ES256, EdDSA and RS256. Never changes.
struct KeySet: Sendable {
    /// What a token's header comes to.
    enum Found {
        /// The one key that it can mean.
        case key(any JWTAlgorithm)
        /// None: it may have been added since.
        case unknown
        /// Several, and the token does not say which.
        case ambiguous
    }

    private struct Key: Sendable {
        let id: String?
        let algorithm: String
        let verifier: any JWTAlgorithm
    }

    private let keys: [Key]
    /// How many keys a set may have.
    private static let maxKeys = 100
    /// RFC 7518, section 3.3.
    private static let minRSABits = 2_048

    /// Takes what is usable from a document. An issuer's document may also hold keys for other ends, which are left out.
    ///
    /// - Parameters:
    ///   - jwks: The document.
    ///   - name: Where it came from, for messages.
    ///   - setting: The setting that says so.
    ///   - isStrict: Refuses a document with a key that cannot be used, where an operator has written it.
    /// - Throws: `ConfigurationError` where no key is left, or one is private.
    init(jwks: Data, name: String, setting: String, isStrict: Bool) async throws(ConfigurationError) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: jwks)
        } catch {
            throw ConfigurationError(
                setting: setting,
                message: "\(name) is no JWKS document (RFC 7517, section 5)."
            )
        }
        var keys: [Key] = []
        for (index, entry) in document.keys.prefix(Self.maxKeys).enumerated() {
            let title = "key \(entry.jwk?.keyIdentifier?.string ?? "number \(index + 1)") in \(name)"
            if let key = try await Self.key(entry, title, setting) {
                keys.append(key)
            } else if isStrict {
                throw ConfigurationError(
                    setting: setting,
                    message: "\(title) is not for ES256, EdDSA or RS256 signatures: leave it out."
                )
            }
        }
        guard !keys.isEmpty else {
            throw ConfigurationError(
                setting: setting,
                message: "\(name) holds no key for ES256, EdDSA or RS256 signatures."
            )
        }
        self.keys = keys
    }

    /// The key for a token whose header says so.
    func find(id: String?, algorithm: String) -> Found {
        let fitting = keys.filter { $0.algorithm == algorithm && (id == nil || $0.id == id) }
        switch fitting.count {
        case 0: return .unknown
        case 1: return .key(fitting[0].verifier)
        default: return .ambiguous
        }
    }

    private static func key(_ entry: Entry, _ title: String, _ setting: String)
        async throws(ConfigurationError)
        -> Key?
    {
        guard var jwk = entry.jwk, entry.use == nil || entry.use == "sig" else { return nil }
        guard let algorithm = algorithm(of: jwk) else { return nil }
        guard jwk.privateExponent == nil else {
            throw ConfigurationError(
                setting: setting,
                message: "\(title) is a private key: give public keys only."
            )
        }
        if algorithm == .rs256, bits(of: jwk) < minRSABits {
            throw ConfigurationError(
                setting: setting,
                message: "\(title) is too short: RSA keys have \(minRSABits) bits or more."
            )
        }
        let id = jwk.keyIdentifier?.string
        // The library finds keys by ID only; within a collection of one, any will do.
        let handle = JWKIdentifier(string: id ?? "key")
        jwk.keyIdentifier = handle
        do {
            let verifier = try await JWTKeyCollection().add(jwk: jwk).getKey(
                for: handle,
                alg: algorithm.rawValue
            )
            return Key(id: id, algorithm: algorithm.rawValue, verifier: verifier)
        } catch {
            throw ConfigurationError(setting: setting, message: "\(title) is damaged.")
        }
    }

    /// What the key is for: what it says, or what its type leaves.
    private static func algorithm(of jwk: JWK) -> JWK.Algorithm? {
        switch (jwk.keyType, jwk.curve?.rawValue) {
        case (.ecdsa, "P-256") where jwk.algorithm == nil || jwk.algorithm == .es256: .es256
        case (.octetKeyPair, "Ed25519") where jwk.algorithm == nil || jwk.algorithm == .eddsa: .eddsa
        case (.rsa, _) where jwk.algorithm == nil || jwk.algorithm == .rs256: .rs256
        default: nil
        }
    }

    private static func bits(of jwk: JWK) -> Int {
        // Four characters of Base64 are three bytes.
        (jwk.modulus?.utf8.count ?? 0) * 6
    }

    private struct Document: Decodable {
        let keys: [Entry]
    }

    /// One key; without one where it is of a kind that the library does not know.
    private struct Entry: Decodable {
        let jwk: JWK?
        let use: String?

        private enum Fields: CodingKey { case use }

        init(from decoder: any Decoder) throws {
            jwk = try? JWK(from: decoder)
            use = try? decoder.container(keyedBy: Fields.self).decodeIfPresent(String.self, forKey: .use)
        }
    }
}
