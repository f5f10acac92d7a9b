/// The claims that Grimoire reads from a token (RFC 7519, section 4). Times are seconds since 1970.
struct TokenClaims: Decodable {
    let iss: String
    let aud: Audience
    let sub: String
    let exp: Double
    let nbf: Double?
    let org: String?
    let roles: [String]?

    /// One audience or a list of them.
    struct Audience: Decodable {
        let values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
        }
    }
}

/// The fields of a token's header that decide how it is verified (RFC 7515, section 4.1).
struct TokenHeader: Decodable {
    let alg: String
    let kid: String?
    /// Whether there is a `crit` field: extensions that must be understood. None is.
    let hasCritical: Bool

    private enum Fields: String, CodingKey { case alg, kid, crit }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Fields.self)
        alg = try container.decode(String.self, forKey: .alg)
        kid = try container.decodeIfPresent(String.self, forKey: .kid)
        hasCritical = container.contains(.crit)
    }
}
