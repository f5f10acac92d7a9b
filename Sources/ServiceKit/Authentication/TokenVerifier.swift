internal import FoundationEssentials
internal import JWTKit

/// Verifies bearer tokens against a set of public keys.
///
/// ES256, EdDSA and RS256 signatures are accepted; `none` and HMAC never are (RFC 8725, sections 2.1 and 3.1).
public struct TokenVerifier: Sendable {
    private let keys: JWTKeyCollection
    private let issuer: String
    private let audience: String

    /// Reads the keys of a JWKS file (RFC 7517).
    ///
    /// - Throws: `ConfigurationError` where the file cannot be read, holds no key, or holds one that is no
    ///   public key of an accepted kind.
    public init(configuration: AuthenticationConfiguration) async throws(ConfigurationError) {
        let setting = ServiceConfiguration.Settings.keysFile.environmentName
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: configuration.keysFile))
        } catch {
            throw ConfigurationError(
                setting: setting,
                message: "\(configuration.keysFile) cannot be read: give the path of a JWKS file."
            )
        }
        try await self.init(
            jwks: data,
            source: configuration.keysFile,
            issuer: configuration.issuer,
            audience: configuration.audience
        )
    }

    /// Takes the keys from a JWKS document.
    ///
    /// - Parameters:
    ///   - jwks: The document (RFC 7517, section 5).
    ///   - source: Where it came from, for error messages.
    ///   - issuer: The only `iss` accepted.
    ///   - audience: What `aud` must contain.
    /// - Throws: `ConfigurationError` as the other initializer does.
    init(
        jwks: Data,
        source: String,
        issuer: String,
        audience: String
    ) async throws(ConfigurationError) {
        let setting = ServiceConfiguration.Settings.keysFile.environmentName
        let accepted: [JWK.Algorithm] = [.es256, .eddsa, .rs256]
        let keys = JWTKeyCollection()
        do {
            let set = try JSONDecoder().decode(JWKS.self, from: jwks)
            guard !set.keys.isEmpty else {
                throw ConfigurationError(setting: setting, message: "\(source) holds no key.")
            }
            for (index, key) in set.keys.enumerated() {
                let name = key.keyIdentifier?.string ?? "number \(index + 1)"
                guard let algorithm = key.algorithm, accepted.contains(algorithm) else {
                    throw ConfigurationError(
                        setting: setting,
                        message:
                            "key \(name) in \(source) is not for ES256, EdDSA or RS256: give its \"alg\"."
                    )
                }
                guard key.privateExponent == nil else {
                    throw ConfigurationError(
                        setting: setting,
                        message: "key \(name) in \(source) is a private key: give public keys only."
                    )
                }
                try await keys.add(jwk: key)
            }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(setting: setting, message: "\(source) is not a JWKS document: \(error)")
        }
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// The caller whom a token stands for.
    ///
    /// - Parameters:
    ///   - token: The compact form (RFC 7515, section 7.1), without `Bearer`.
    ///   - namedOrganization: What the call says in `grimoire-organization`, for services.
    /// - Throws: `ServiceError`: UNAUTHENTICATED with the reason; PERMISSION_DENIED where someone who is no
    ///   service names another organization; INVALID_ARGUMENT where the named one is no UUID.
    public func verify(_ token: String, namedOrganization: String?) async throws(ServiceError) -> Caller {
        let claims: TokenClaims
        do {
            claims = try await keys.verify(token, as: TokenClaims.self)
        } catch let error as JWTError where error.errorType == .claimVerificationFailure {
            throw .unauthenticated("The token has expired or is not valid yet: get a new one.")
        } catch {
            throw .unauthenticated(
                "The token is malformed, or its signature does not verify with a known key."
            )
        }
        guard claims.iss.value == issuer else {
            throw .unauthenticated("The token was issued by someone whom this service does not trust (iss).")
        }
        guard claims.aud.value.contains(audience) else {
            throw .unauthenticated("The token is meant for another service (aud).")
        }
        guard let userID = UUID(uuidString: claims.sub.value) else {
            throw .unauthenticated("The token's sub is no UUID.")
        }
        let roles = Set((claims.roles ?? []).compactMap(Role.init(rawValue:)))
        return Caller(
            userID: userID,
            organizationID: try organization(ofToken: claims.org, named: namedOrganization, roles: roles),
            roles: roles
        )
    }

    private func organization(
        ofToken claim: String?,
        named: String?,
        roles: Set<Role>
    ) throws(ServiceError) -> UUID {
        let own = claim.flatMap(UUID.init(uuidString:))
        if claim != nil, own == nil { throw .unauthenticated("The token's org is no UUID.") }
        guard let named else {
            guard let own else { throw .unauthenticated("The token names no organization (org).") }
            return own
        }
        guard let asked = UUID(uuidString: named) else {
            throw .invalid([
                FieldViolation("grimoire-organization", "must be a UUID.", reason: "INVALID_UUID")
            ])
        }
        guard asked == own || roles.contains(.service) else {
            throw .permissionDenied("Only a service may name another organization (grimoire-organization).")
        }
        return asked
    }
}
