internal import FoundationEssentials
internal import JWTKit

/// The claims that Grimoire reads from a token (RFC 7519, section 4).
struct TokenClaims: JWTPayload {
    let iss: IssuerClaim
    let aud: AudienceClaim
    let sub: SubjectClaim
    let exp: ExpirationClaim
    let nbf: NotBeforeClaim?
    let org: String?
    let roles: [String]?

    /// Only what can be judged without configuration: the time.
    func verify(using algorithm: some JWTAlgorithm) throws {
        try exp.verifyNotExpired()
        try nbf?.verifyNotBefore()
    }
}
