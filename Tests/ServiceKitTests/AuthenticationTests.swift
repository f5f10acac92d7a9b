import FoundationEssentials
import GRPCCore
import JWTKit
import Testing

@testable import ServiceKit

private struct Claims: JWTPayload {
    var iss = "tests"
    var aud = "grimoire"
    var sub = "11111111-1111-4111-8111-111111111111"
    var exp = Date.now.addingTimeInterval(60).timeIntervalSince1970
    var org: String? = "22222222-2222-4222-8222-222222222222"
    var roles = ["editor"]
    func verify(using algorithm: some JWTAlgorithm) {}
}

@Suite struct AuthenticationTests {
    private static let key = try? EdDSA.PrivateKey()

    private func verifier() async throws -> TokenVerifier {
        let x = try #require(Self.key).publicKey.rawRepresentation.base64URL
        let jwks = #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k","x":"\#(x)"}]}"#
        return TokenVerifier(
            keys: KeyKeeper(source: nil, keys: try await keySet(jwks)),
            configuration: trusted
        )
    }

    private var trusted: AuthenticationConfiguration {
        var configuration = AuthenticationConfiguration(
            keys: .file(""),
            issuer: "tests",
            audience: "grimoire"
        )
        configuration.clockSkew = .zero
        return configuration
    }

    private func keySet(_ jwks: String, isStrict: Bool = true) async throws -> KeySet {
        try await KeySet(jwks: Data(jwks.utf8), name: "test", setting: "TEST", isStrict: isStrict)
    }

    private func token(_ claims: Claims = Claims()) async throws -> String {
        let keys = await JWTKeyCollection().add(eddsa: try #require(Self.key), kid: "k")
        return try await keys.sign(claims, kid: "k")
    }

    private func refusal(_ claims: Claims, named: String? = nil) async throws -> ServiceError? {
        let (verifier, token) = (try await verifier(), try await token(claims))
        return await #expect(throws: ServiceError.self) {
            try await verifier.verify(token, namedOrganization: named)
        }
    }

    @Test func aGoodTokenNamesItsCaller() async throws {
        let caller = try await verifier().verify(try await token(), namedOrganization: nil)
        #expect(caller.userID == UUID(uuidString: "11111111-1111-4111-8111-111111111111"))
        #expect(caller.organizationID == UUID(uuidString: "22222222-2222-4222-8222-222222222222"))
        #expect(caller.roles == [.editor])
    }

    @Test func aTokenOfAnotherIssuerAudienceOrTimeIsRefused() async throws {
        #expect(try await refusal(Claims(iss: "x"))?.kind == .unauthenticated)
        #expect(try await refusal(Claims(aud: "x"))?.kind == .unauthenticated)
        #expect(try await refusal(Claims(exp: 1))?.message.contains("expired") == true)
        #expect(try await refusal(Claims(sub: "x"))?.kind == .unauthenticated)
        #expect(try await refusal(Claims(org: nil))?.kind == .unauthenticated)
        #expect(try await refusal(Claims(org: "x"))?.kind == .unauthenticated)
    }

    @Test func aTokenWithAForeignSignatureOrNoneIsRefused() async throws {
        let verifier = try await verifier()
        let good = try await token()
        let other = await JWTKeyCollection().add(eddsa: try EdDSA.PrivateKey(), kid: "k")
        let unsigned = "eyJhbGciOiJub25lIn0." + good.split(separator: ".")[1] + "."
        for token in [try await other.sign(Claims(), kid: "k"), unsigned, "", "a.b.c", good + "A"] {
            let error = await #expect(throws: ServiceError.self) {
                try await verifier.verify(token, namedOrganization: nil)
            }
            #expect(error?.kind == .unauthenticated)
        }
    }

    @Test func onlyAServiceNamesAnotherOrganization() async throws {
        let other = "33333333-3333-4333-8333-333333333333"
        #expect(try await refusal(Claims(), named: other)?.kind == .permissionDenied)
        let service = try await verifier().verify(
            try await token(Claims(org: nil, roles: ["service"])),
            namedOrganization: other
        )
        #expect(service.organizationID == UUID(uuidString: other))
    }

    @Test func keysThatAreSecretOrOfAnotherKindStopTheStart() async throws {
        for keys in [
            #"{"keys":[]}"#, "nonsense", #"{"keys":[{"kty":"oct","k":"AAAA","alg":"HS256"}]}"#,
            #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#,
            #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"AAAA","d":"AAAA"}]}"#,
        ] {
            await #expect(throws: ConfigurationError.self) { try await keySet(keys) }
        }
    }

    @Test func rolesContainEachOther() {
        let allowed: [Role: Set<Role>] = [
            .viewer: [.viewer], .editor: [.viewer, .editor], .admin: [.viewer, .editor, .admin],
            .service: [.viewer, .service],
        ]
        for role in Role.allCases {
            for required in Role.allCases {
                #expect(role.allows(required) == allowed[role]?.contains(required), "\(role) for \(required)")
            }
        }
    }

    @Test func aMethodThatNoTableNamesIsNobodys() {
        let known = MethodDescriptor(fullyQualifiedService: "a.B", method: "C", type: .unary)
        let policy = AccessPolicy(
            requirements: [known: .viewer],
            openServices: [ServiceDescriptor(fullyQualifiedService: "h")]
        )
        #expect(
            policy.requirement(for: MethodDescriptor(fullyQualifiedService: "a.B", method: "C"))
                == .role(.viewer)
        )
        #expect(
            policy.requirement(for: MethodDescriptor(fullyQualifiedService: "a.B", method: "D")) == .unlisted
        )
        #expect(policy.requirement(for: MethodDescriptor(fullyQualifiedService: "h", method: "X")) == .none)
    }

    @Test func theBearerTokenIsReadFromOneHeader() throws {
        #expect(try AuthenticationInterceptor.bearerToken(in: ["authorization": "bearer abc"]) == "abc")
        let bad: [Metadata] = [
            [:], ["authorization": "Bearer "], ["authorization": "Basic abc"],
            ["authorization": "Bearer a", "authorization": "Bearer b"],
        ]
        for metadata in bad {
            #expect(throws: ServiceError.self) { try AuthenticationInterceptor.bearerToken(in: metadata) }
        }
    }
}

extension Data {
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
