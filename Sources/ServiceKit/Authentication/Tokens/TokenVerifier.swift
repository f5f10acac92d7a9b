internal import EventLoop
internal import FoundationEssentials
internal import JWTKit
internal import Logging
internal import Synchronization

/// Verifies bearer tokens against a set of public keys.
///
/// ES256, EdDSA and RS256 signatures are accepted; `none` and HMAC never are (RFC 8725, sections 2.1 and 3.1): a token
/// is verified with the algorithm of the key, never with what it says itself.
public final class TokenVerifier: Sendable {
    let keys: KeyKeeper
    private let issuer: String
    private let audience: String
    private let clockSkew: Double
    let now: @Sendable () -> Double
    /// One for each loop, so that nobody waits for the lock: it is there for the few who come from elsewhere.
    private let caches: [LockedCache]
    /// More than loops on any machine; two loops that fall on one cache share it.
    private static let cacheCount = 64

    /// Reads the keys of a JWKS file (RFC 7517); those of a URL are fetched once the service runs.
    ///
    /// - Throws: `ConfigurationError` where the file cannot be read, holds no key, or holds one that is no
    ///   public key of an accepted kind; where the authorities for the URL are not there.
    public convenience init(configuration: AuthenticationConfiguration) async throws(ConfigurationError) {
        let source = configuration.keys
        var first: KeySet?
        let mark = source.mark()
        try source.checkAuthorities()
        if case .file = source {
            first = try await KeySet(
                jwks: try source.read(),
                name: source.name,
                setting: source.setting,
                isStrict: true
            )
        }
        self.init(keys: KeyKeeper(source: source, keys: first, mark: mark), configuration: configuration)
    }

    /// - Parameter now: Seconds since 1970.
    init(
        keys: KeyKeeper,
        configuration: AuthenticationConfiguration,
        now: @escaping @Sendable () -> Double = { Date.now.timeIntervalSince1970 }
    ) {
        self.keys = keys
        issuer = configuration.issuer
        audience = configuration.audience
        clockSkew = configuration.clockSkew.inSeconds
        self.now = now
        let capacity = configuration.cachedTokens
        caches = (0..<Self.cacheCount).map { _ in LockedCache(capacity: capacity) }
    }

    /// The caller whom a token stands for.
    ///
    /// - Parameters:
    ///   - token: The compact form (RFC 7515, section 7.1), without `Bearer`.
    ///   - namedOrganization: What the call says in `grimoire-organization`, for services.
    /// - Throws: `ServiceError`: UNAUTHENTICATED with the reason; PERMISSION_DENIED where someone who is no
    ///   service names another organization; INVALID_ARGUMENT where the named one is no UUID; UNAVAILABLE where no key
    ///   could be fetched yet.
    public func verify(_ token: String, namedOrganization: String?) async throws(ServiceError) -> Caller {
        if let caller = try knownCaller(token, namedOrganization: namedOrganization) { return caller }
        guard let parsed = SignedToken(token) else { throw Self.badSignature }
        guard !parsed.header.hasCritical else {
            throw .unauthenticated("The token uses an extension (crit) that this service does not know.")
        }
        var current = keys.current
        var found = current.keys?.find(id: parsed.header.kid, algorithm: parsed.header.alg) ?? .unknown
        if case .unknown = found, Self.accepted.contains(parsed.header.alg) {
            current = await keys.refreshed()
            found = current.keys?.find(id: parsed.header.kid, algorithm: parsed.header.alg) ?? .unknown
        }
        guard current.keys != nil else { throw Self.noKeys }
        let verified = try check(parsed, found)
        ownCache.cache.withLock { $0.add(token, verified, generation: current.generation) }
        return try verified.caller(named: namedOrganization)
    }

    /// The caller of a token that has been verified before and still holds; nil where it has to be verified.
    ///
    /// - Throws: As ``verify(_:namedOrganization:)`` on an organization that the caller may not name.
    public func knownCaller(_ token: String, namedOrganization: String?) throws(ServiceError) -> Caller? {
        try knownToken(token, generation: keys.generation, now: now())?.caller(named: namedOrganization)
    }

    /// What a token says that has been verified before and still holds.
    func knownToken(_ token: String, generation: Int, now: Double) -> VerifiedToken? {
        ownCache.cache.withLock { $0.find(token, generation: generation, now: now) }
    }

    /// Lends the current loop's recent tokens.
    func withRecentTokens<Result>(_ body: (inout RecentTokens) -> Result) -> Result {
        ownCache.recent.withLock { body(&$0) }
    }

    /// Whether there may be a time without keys: until those of a URL have been fetched.
    var mayLackKeys: Bool {
        if case .url = keys.source { true } else { false }
    }

    /// - Throws: `ServiceError` where there is no key to verify tokens with.
    func requireKeys() throws(ServiceError) {
        guard keys.current.keys != nil else { throw Self.noKeys }
    }

    private static let noKeys = ServiceError(
        .unavailable(retryAfter: .seconds(1)),
        message: "Tokens cannot be verified yet: the issuer's keys could not be fetched. Try again."
    )

    private static let accepted: Set<String> = ["ES256", "EdDSA", "RS256"]

    private static let badSignature = ServiceError.unauthenticated(
        "The token is malformed, or its signature does not verify with a known key."
    )

    private func check(_ token: SignedToken, _ found: KeySet.Found) throws(ServiceError) -> VerifiedToken {
        switch found {
        case .unknown: throw Self.badSignature
        case .ambiguous: throw .unauthenticated("The token does not say which key it is signed with (kid).")
        case .key(let key):
            guard (try? key.verify(token.signature, signs: token.signed)) == true else {
                throw Self.badSignature
            }
        }
        guard let claims = token.decodedClaims() else {
            throw .unauthenticated(
                "The token lacks one of the claims iss, aud, sub and exp, or it is malformed."
            )
        }
        let now = now()
        guard claims.exp + clockSkew > now, (claims.nbf ?? now) - clockSkew <= now else {
            throw .unauthenticated("The token has expired or is not valid yet: get a new one.")
        }
        guard claims.iss == issuer else {
            throw .unauthenticated("The token was issued by someone whom this service does not trust (iss).")
        }
        guard claims.aud.values.contains(audience) else {
            throw .unauthenticated("The token is meant for another service (aud).")
        }
        guard let userID = UUID(uuidString: claims.sub) else {
            throw .unauthenticated("The token's sub is no UUID.")
        }
        let organizationID = claims.org.flatMap(UUID.init(uuidString:))
        if claims.org != nil, organizationID == nil { throw .unauthenticated("The token's org is no UUID.") }
        return VerifiedToken(
            userID: userID,
            organizationID: organizationID,
            roles: Set((claims.roles ?? []).compactMap(Role.init(rawValue:))),
            expiry: claims.exp + clockSkew
        )
    }

    private var ownCache: LockedCache {
        guard let loop = EventLoop.current else { return caches[0] }
        let number = UInt(bitPattern: ObjectIdentifier(loop).hashValue)
        return caches[Int(number % UInt(Self.cacheCount))]
    }
}

/// A cache that an array can hold.
private final class LockedCache: Sendable {
    let cache: Mutex<TokenCache>
    let recent = Mutex(RecentTokens())
    init(capacity: Int) { cache = Mutex(TokenCache(capacity: capacity)) }
}
