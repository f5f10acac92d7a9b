import EventLoop
import FoundationEssentials
import GRPCCore
import JWTKit
import Logging
import ServiceLifecycle
import Testing

@testable import ServiceKit

private struct Claims: JWTPayload {
    var iss = "tests"
    var aud = "grimoire"
    var sub = "11111111-1111-4111-8111-111111111111"
    var exp = 2_000_000_000
    var org = "22222222-2222-4222-8222-222222222222"
    var roles = ["editor"]
    func verify(using algorithm: some JWTAlgorithm) {}
}

/// Keys of every accepted kind, and the documents that publish them.
private struct Issuer {
    let collection = JWTKeyCollection()
    var keys: [String] = []

    mutating func addEdDSA(_ id: String) async throws {
        let key = try EdDSA.PrivateKey()
        await collection.add(eddsa: key, kid: JWKIdentifier(string: id))
        keys.append(
            #"{"kty":"OKP","crv":"Ed25519","kid":"\#(id)","x":"\#(key.publicKey.rawRepresentation.base64URL)"}"#
        )
    }

    mutating func addES256(_ id: String) async throws {
        let key = ES256PrivateKey()
        await collection.add(ecdsa: key, kid: JWKIdentifier(string: id))
        let parameters = try #require(key.publicKey.parameters)
        keys.append(
            #"{"kty":"EC","crv":"P-256","alg":"ES256","kid":"\#(id)","x":"\#(parameters.x.unpadded)","y":"\#(parameters.y.unpadded)"}"#
        )
    }

    var jwks: String { #"{"keys":[\#(keys.joined(separator: ","))]}"# }

    func token(_ id: String, _ claims: Claims = Claims()) async throws -> String {
        try await collection.sign(claims, kid: JWKIdentifier(string: id))
    }
}

@Suite struct KeyTests {
    private func configuration(_ source: KeySource) -> AuthenticationConfiguration {
        AuthenticationConfiguration(keys: source, issuer: "tests", audience: "grimoire")
    }

    private func keySet(_ jwks: String, isStrict: Bool = false) async throws -> KeySet {
        try await KeySet(jwks: Data(jwks.utf8), name: "test", setting: "TEST", isStrict: isStrict)
    }

    /// Made with Python's `cryptography`; the private key is forgotten.
    @Test func anRS256TokenOfAnotherImplementationVerifies() async throws {
        let jwks =
            #"{"keys":[{"kty":"RSA","e":"AQAB","kid":"r","n":"\#(Self.modulus)"}]}"#
        let keys = KeyKeeper(source: nil, keys: try await keySet(jwks))
        let verifier = TokenVerifier(keys: keys, configuration: configuration(.file("")))
        #expect(try await verifier.verify(Self.rs256Token, namedOrganization: nil).roles == [.viewer])
        let changed = Self.rs256Token.replacing(".XHaB", with: ".XHaC")
        for bad in [changed, String(Self.rs256Token.dropLast(2)), Self.rs256Token + "AA"] {
            await #expect(throws: ServiceError.self) {
                try await verifier.verify(bad, namedOrganization: nil)
            }
        }
    }

    private static let modulus = """
        o6pGjONsdJ7z3pXpcbiuNe21ZLxdxPefcaznhgh_g-T1oP7MQdKaoaVwwB1m6cTMWglxbXKcc1ugSjHwNmuq1TyA9S\
        59p4folsK5BJULx3X68Kyr5I2GVUtgcJ_XiLWZd_jHyJGfM8YoE2fg289tBzStb3hI2qtleWIDI3Pt7GQADb3XtF7D\
        r4MTW1ekWkq01g1UNTniaWjL5piyeXkv5gL1C2KJkLnQifxrHFp9nlsju9GUnRO-UEUueS1ueF-DEHAmtlb7lZSh-y\
        tz9PJs94SMwgmECNkrRXbRP1FdAAKF4v3QZSP_XhXSGPBkTmNeTnVnUmcEFE1M0tu4NtLAtQ
        """
    private static let rs256Token = """
        eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJ0ZXN0cyIsImF1ZCI6ImdyaW1vaXJlIiwic3ViIjoiMTE\
        xMTExMTEtMTExMS00MTExLTgxMTEtMTExMTExMTExMTExIiwiZXhwIjo0MTAyNDQ0ODAwLCJvcmciOiIyMjIyMjIyM\
        i0yMjIyLTQyMjItODIyMi0yMjIyMjIyMjIyMjIiLCJyb2xlcyI6WyJ2aWV3ZXIiXX0.XHaB9G9Ba34QoXC7IQBBYy-\
        JHQnXWAfT7_sBieB7mmdrXpYLJKBDqsoixSxTdD44ZXMRmlszEFZZRdga5wuhWFyb41xh2dfE1zY5yhIVrxb3mGoaT\
        dTdPlHKAXUwl0qtdh3ySTr8NI7x4C0HxfiHpUobedcbfFB04spJ7xR2W_Zodhp6tZwHU-GZ0XdKGFFNwaSRPsvg0fE\
        qdNZuYw_F2kOTZ0spFd1zB9RU4Si4BxDvWa7OiUmMXn00nzZ2SwP2POuOHrrLeNhIwTBL5VchTPzz4UaIIMkFGmX8u\
        kMAdcW9dEl8GRvN8pmvaunZGezWbq6SSBataSHrWT7EtMfxuA
        """

    @Test func tokensOfEveryKindOfKeyVerifyWithTheKeyThatTheyName() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("e")
        try await issuer.addES256("s")
        let keys = KeyKeeper(source: nil, keys: try await keySet(issuer.jwks))
        let verifier = TokenVerifier(keys: keys, configuration: configuration(.file("")))
        for id in ["e", "s"] {
            let caller = try await verifier.verify(try await issuer.token(id), namedOrganization: nil)
            #expect(caller.roles == [.editor])
        }
    }

    @Test func whatAnIssuerPublishesForOtherEndsIsLeftOut() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("e")
        issuer.keys += [
            #"{"kty":"oct","k":"AAAA","alg":"HS256"}"#, #"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#,
            #"{"kty":"RSA","use":"enc","n":"AAAA","e":"AQAB"}"#, #"{"kty":"new"}"#,
        ]
        let keys = try await keySet(issuer.jwks)
        guard case .key = keys.find(id: "e", algorithm: "EdDSA") else {
            Issue.record("the one usable key is not found")
            return
        }
        for algorithm in ["HS256", "none", "ES512", "RS256", "ES256"] {
            guard case .unknown = keys.find(id: nil, algorithm: algorithm) else {
                Issue.record("\(algorithm) has a key")
                return
            }
        }
        await #expect(throws: ConfigurationError.self) { try await keySet(issuer.jwks, isStrict: true) }
    }

    @Test func aTokenWithoutAKeyIDNeedsASetInWhichOneKeyFits() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("a")
        guard case .key = try await keySet(issuer.jwks).find(id: nil, algorithm: "EdDSA") else {
            Issue.record("one key fits")
            return
        }
        try await issuer.addEdDSA("b")
        guard case .ambiguous = try await keySet(issuer.jwks).find(id: nil, algorithm: "EdDSA") else {
            Issue.record("two keys fit")
            return
        }
    }

    @Test func shortRSAKeysAreRefused() async throws {
        let n = String(repeating: "A", count: 171)
        await #expect(throws: ConfigurationError.self) {
            try await keySet(#"{"keys":[{"kty":"RSA","e":"AQAB","n":"\#(n)"}]}"#)
        }
    }

    @Test func aCriticalExtensionIsRefused() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("e")
        var header = JWTHeader()
        header.crit = ["b64"]
        let token = try await issuer.collection.sign(Claims(), kid: "e", header: header)
        let keys = KeyKeeper(source: nil, keys: try await keySet(issuer.jwks))
        let verifier = TokenVerifier(keys: keys, configuration: configuration(.file("")))
        let error = await #expect(throws: ServiceError.self) {
            try await verifier.verify(token, namedOrganization: nil)
        }
        #expect(error?.message.contains("crit") == true)
    }

    @Test func clocksMayBeApartAsFarAsConfigured() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("e")
        let keys = KeyKeeper(source: nil, keys: try await keySet(issuer.jwks))
        var configuration = configuration(.file(""))
        configuration.clockSkew = .seconds(30)
        let token = try await issuer.token("e", Claims(exp: 1_000))
        for (now, isGood) in [(999.0, true), (1_029, true), (1_030, false)] {
            let verifier = TokenVerifier(keys: keys, configuration: configuration) { now }
            let caller = try? await verifier.verify(token, namedOrganization: nil)
            #expect((caller != nil) == isGood, "at \(now)")
        }
    }

    @Test func aChangedFileBringsNewKeysAndTakesOldOnesAway() async throws {
        let path = "\(FileManager.default.temporaryDirectory.path)/jwks-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var old = Issuer()
        try await old.addEdDSA("old")
        try Data(old.jwks.utf8).write(to: URL(filePath: path))
        let verifier = try await TokenVerifier(configuration: configuration(.file(path)))
        let oldToken = try await old.token("old")
        _ = try await verifier.verify(oldToken, namedOrganization: nil)
        try await withThreads { threads in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await verifier.keys.run(threads, logger: quiet) }
                var new = Issuer()
                try await new.addES256("new")
                try Data("half a file".utf8).write(to: URL(filePath: path), options: .atomic)
                // Asks for a fetch, which finds half a file: the last good set holds.
                try await untilTrue { (try? await verifier.verify(oldToken, namedOrganization: nil)) != nil }
                try Data(new.jwks.utf8).write(to: URL(filePath: path), options: .atomic)
                let newToken = try await new.token("new")
                try await untilTrue { (try? await verifier.verify(newToken, namedOrganization: nil)) != nil }
                await #expect(throws: ServiceError.self) {
                    try await verifier.verify(oldToken, namedOrganization: nil)
                }
                group.cancelAll()
            }
        }
    }

    @Test func keysOfAURLAreFetchedAndTheLastGoodSetHoldsWhenThatFails() async throws {
        var issuer = Issuer()
        try await issuer.addEdDSA("e")
        let document = Held(issuer.jwks)
        let token = try await issuer.token("e")
        try await withThreads { threads in
            let port = try ListeningPort(host: "127.0.0.1", port: 0)
            let source = KeySource.url("http://\(port.address)/keys", refresh: .milliseconds(50))
            let verifier = try await TokenVerifier(configuration: configuration(source))
            let responder = HTTPResponder(
                port: port,
                loop: threads.loops.loops[0],
                routes: [
                    "/keys": {
                        let text = await document.text
                        return HTTPAnswer(status: text.isEmpty ? 503 : 200, body: text)
                    }
                ]
            )
            let before = await #expect(throws: ServiceError.self) {
                try await verifier.verify(token, namedOrganization: nil)
            }
            #expect(before?.rpcErrorCode == .unavailable)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await responder.run() }
                group.addTask { await verifier.keys.run(threads, logger: quiet) }
                try await untilTrue { (try? await verifier.verify(token, namedOrganization: nil)) != nil }
                await document.set("")
                let count = await document.count
                try await untilTrue { await document.count > count + 1 }
                _ = try await verifier.verify(token, namedOrganization: nil)
                group.cancelAll()
            }
        }
    }

    @Test func aTokenIsRememberedUntilItExpiresOrTheKeysChange() {
        var cache = TokenCache(capacity: 4)
        let token = VerifiedToken(userID: UUID(), organizationID: nil, roles: [], expiry: 100)
        cache.add("a", token, generation: 1)
        #expect(cache.find("a", generation: 1, now: 99) == token)
        #expect(cache.find("a", generation: 1, now: 100) == nil)
        #expect(cache.find("a", generation: 2, now: 99) == nil)
        cache.add("b", token, generation: 2)
        #expect(cache.count == 1)
        cache.add("a", token, generation: 1)
        #expect(cache.find("a", generation: 2, now: 99) == nil, "verified with keys that are gone")
    }

    @Test func theCacheNeverHoldsMoreThanItsCapacityAndKeepsWhatIsAskedFor() {
        var cache = TokenCache(capacity: 8)
        let token = VerifiedToken(userID: UUID(), organizationID: nil, roles: [], expiry: 100)
        for number in 0..<1_000 {
            cache.add("\(number)", token, generation: 0)
            cache.add("often", token, generation: 0)
            #expect(cache.count <= 8)
            #expect(cache.find("often", generation: 0, now: 0) != nil)
        }
        var none = TokenCache(capacity: 0)
        none.add("a", token, generation: 0)
        #expect(none.count == 0)
    }

    @Test func rememberingIsMuchCheaperThanVerifying() async throws {
        var issuer = Issuer()
        try await issuer.addES256("s")
        let set = try await keySet(issuer.jwks)
        let token = try await issuer.token("s")
        func time(cached: Int) async throws -> Duration {
            var configuration = configuration(.file(""))
            configuration.cachedTokens = cached
            let verifier = TokenVerifier(
                keys: KeyKeeper(source: nil, keys: set),
                configuration: configuration
            )
            let clock = ContinuousClock()
            return try await clock.measure {
                for _ in 0..<200 { _ = try await verifier.verify(token, namedOrganization: nil) }
            } / 200
        }
        let (verified, remembered) = (try await time(cached: 0), try await time(cached: 10))
        print("a token: verified in \(verified), remembered in \(remembered)")
        #expect(remembered * 3 < verified)
    }

    @Test func keysAreFetchedInTimeOnDemandAndAgainAfterFailures() {
        var machine = KeyRefreshMachine(limits: .init(refresh: 100, demandInterval: 10, firstRetry: 2))
        #expect(machine.isDue(now: 0))
        machine.began(now: 0)
        machine.succeeded(now: 1)
        #expect(!machine.isDue(now: 100))
        #expect(machine.isDue(now: 101))
        // On demand, but not more often than allowed.
        #expect(machine.demanded(now: 9) == false)
        #expect(!machine.isDue(now: 9))
        #expect(machine.demanded(now: 10) == true)
        #expect(machine.isDue(now: 10))
        machine.began(now: 10)
        machine.failed(now: 11)
        #expect(!machine.isDue(now: 12))
        #expect(machine.isDue(now: 13))
        machine.began(now: 13)
        machine.failed(now: 13)
        #expect(!machine.isDue(now: 16))
        #expect(machine.isDue(now: 17))
        for _ in 0..<20 { machine.failed(now: 20) }
        #expect(machine.isDue(now: 120), "pauses grow to the time between two good fetches")
        machine.succeeded(now: 120)
        machine.failed(now: 120)
        #expect(machine.isDue(now: 122), "after a success they begin anew")
    }
}

/// A document that changes, and how often it was asked for.
private actor Held {
    private var held: String
    private(set) var count = 0
    init(_ text: String) { held = text }
    func set(_ text: String) { held = text }
    var text: String {
        count += 1
        return held
    }
}

extension Data {
    fileprivate var base64URL: String { base64EncodedString().unpadded }
}

extension String {
    fileprivate var unpadded: String {
        replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
