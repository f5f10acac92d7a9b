internal import Crypto
internal import FoundationEssentials
internal import ServiceKit

/// The Ed25519 keys that versions are signed and verified with.
///
/// They come from a JWK Set (RFC 7517, RFC 8037). The first key that has its private part `d` signs; all others, those with
/// their public part `x` alone too, verify what was signed before: a key is changed by putting a new one first.
struct SigningKeys: Sendable {
    /// The ID of the key that signs now.
    let currentID: String
    private let current: Curve25519.Signing.PrivateKey
    private let known: [String: Curve25519.Signing.PublicKey]

    private struct KeySet: Decodable {
        let keys: [Key]
    }

    private struct Key: Decodable {
        let kty: String
        let crv: String?
        let kid: String?
        let x: String?
        let d: String?
    }

    /// Reads the keys from a file.
    ///
    /// - Throws: `ConfigurationError` where it cannot be read, or is no JWK Set with a private Ed25519 key.
    init(file path: String) throws(ConfigurationError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Self.wrong("\(path) cannot be read: give the path of a JWK Set with an Ed25519 key.")
        }
        try self.init(jwks: data, source: path)
    }

    /// Takes the keys from a JWK Set; `source` is for error messages.
    init(jwks: Data, source: String) throws(ConfigurationError) {
        guard let set = try? JSONDecoder().decode(KeySet.self, from: jwks) else {
            throw Self.wrong("\(source) is no JWK Set: give {\"keys\": […]}.")
        }
        var known: [String: Curve25519.Signing.PublicKey] = [:]
        var signer: (id: String, key: Curve25519.Signing.PrivateKey)?
        for (index, key) in set.keys.enumerated() {
            let name = key.kid ?? "number \(index + 1)"
            guard key.kty == "OKP", key.crv == "Ed25519", let id = key.kid, !id.isEmpty else {
                throw Self.wrong("key \(name) in \(source) is no Ed25519 key with a \"kid\".")
            }
            guard known[id] == nil else { throw Self.wrong("\(source) has two keys \(name).") }
            let secret = try key.d.map { text throws(ConfigurationError) in
                guard let bytes = Self.base64URL(text),
                    let secret = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
                else { throw Self.wrong("the \"d\" of key \(name) in \(source) is no Ed25519 key.") }
                return secret
            }
            let shown = try key.x.map { text throws(ConfigurationError) in
                guard let bytes = Self.base64URL(text),
                    let shown = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
                else { throw Self.wrong("the \"x\" of key \(name) in \(source) is no Ed25519 key.") }
                return shown
            }
            guard let verifier = shown ?? secret?.publicKey else {
                throw Self.wrong("key \(name) in \(source) has neither \"x\" nor \"d\".")
            }
            if let secret, secret.publicKey.rawRepresentation != verifier.rawRepresentation {
                throw Self.wrong("\"x\" and \"d\" of key \(name) in \(source) do not belong together.")
            }
            known[id] = verifier
            if signer == nil, let secret { signer = (id, secret) }
        }
        guard let signer else { throw Self.wrong("\(source) has no key with its private part \"d\".") }
        currentID = signer.id
        current = signer.key
        self.known = known
    }

    /// What values in Redis are believed by, from the current key. Where replicas have another one for a while, they do not
    /// share.
    var sharedSeal: SharedSeal { SharedSeal(secret: current.rawRepresentation) }

    /// A signature of the current key.
    func sign(_ bytes: [UInt8]) throws -> [UInt8] { Array(try current.signature(for: bytes)) }

    /// Whether `signature` is one of that key over `bytes`; nil where the key is not known.
    func verify(_ signature: [UInt8], over bytes: [UInt8], keyID: String) -> Bool? {
        known[keyID].map { $0.isValidSignature(signature, for: bytes) }
    }

    private static func wrong(_ message: String) -> ConfigurationError {
        ConfigurationError(
            setting: ProcessServiceConfiguration.Settings.signingKeys.environmentName,
            message: message
        )
    }

    private static func base64URL(_ text: String) -> Data? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return Data(base64Encoded: base64)
    }
}
