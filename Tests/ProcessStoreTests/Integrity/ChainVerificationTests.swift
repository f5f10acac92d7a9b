import Crypto
import Foundation
import ServiceKit
import Testing

@testable import ProcessStore

@Suite struct ChainVerificationTests {
    private let process = UUID()
    private let organization = UUID()
    private var genesis: [UInt8] { VersionSeal.genesis(process: process, organization: organization) }

    private func keys(_ ids: String...) throws -> SigningKeys {
        try SigningKeys(jwks: try Fixture.keys(ids.map { ($0, .init(), true) }), source: "test")
    }

    private func content(_ number: Int32) -> ProcessContent {
        ProcessContent(
            name: "P",
            description: "",
            spyCode: "x = \(number)",
            stableMapping: [:],
            document: nil
        )
    }

    private func chain(_ count: Int32, _ keys: SigningKeys) throws -> [ChainVerification.Link] {
        var previous = genesis
        return try (1...count).map { number in
            let hash = ContentEncoding.hash(content(number))
            let seal = try VersionSeal(contentHash: hash, after: previous, keys: keys)
            previous = seal.chainHash
            return .init(version: number, content: content(number), seal: seal)
        }
    }

    private func findings(_ links: [ChainVerification.Link], _ keys: SigningKeys, last: Int32? = nil)
        -> [String]
    {
        var verification = ChainVerification(first: 1, previous: nil, genesis: genesis, keys: keys)
        for link in links { verification.check(link) }
        verification.finish(at: last ?? links.last?.version ?? 0)
        #expect(verification.isValid == verification.findings.isEmpty)
        return verification.findings.map { "\($0.version) \($0.kind.rawValue)" }
    }

    @Test func aChainAsItWasWrittenVerifies() throws {
        let keys = try keys("a")
        #expect(findings(try chain(4, keys), keys) == [])
    }

    @Test func eachKindOfChangeIsNamedWhereItWasMade() throws {
        let keys = try keys("a")
        let links = try chain(4, keys)
        var changed = links
        changed[1] = .init(version: 2, content: content(9), seal: links[1].seal)
        #expect(findings(changed, keys) == ["2 CONTENT"])

        // Contents and their hash changed together: the chain tells.
        let seal = try #require(links[1].seal)
        changed[1] = .init(
            version: 2,
            content: content(9),
            seal: VersionSeal(
                contentHash: ContentEncoding.hash(content(9)),
                chainHash: seal.chainHash,
                signature: seal.signature,
                keyID: seal.keyID
            )
        )
        #expect(findings(changed, keys) == ["2 CHAIN"])

        // The chain too: whoever has no key cannot sign it, and the next version does not follow.
        let forged = ContentEncoding.hash(content(9))
        let forgedChain = VersionSeal.chainHash(after: try #require(links[0].seal).chainHash, forged)
        changed[1] = .init(
            version: 2,
            content: content(9),
            seal: VersionSeal(
                contentHash: forged,
                chainHash: forgedChain,
                signature: seal.signature,
                keyID: seal.keyID
            )
        )
        #expect(findings(changed, keys) == ["2 SIGNATURE", "3 CHAIN"])
    }

    @Test func aVersionThatIsGoneOrHasLostItsSealIsNamed() throws {
        let keys = try keys("a")
        let links = try chain(4, keys)
        #expect(findings([links[0], links[2], links[3]], keys) == ["2 MISSING", "3 CHAIN"])
        #expect(findings(Array(links.dropLast()), keys, last: 4) == ["4 MISSING"])
        var stripped = links
        stripped[1] = .init(version: 2, content: content(2), seal: nil)
        #expect(findings(stripped, keys) == ["2 UNSIGNED", "3 CHAIN"])
    }

    @Test func versionsOlderThanTheHashesAreUnsignedAndTheChainBeginsAfterThem() throws {
        let keys = try keys("a")
        let old = ChainVerification.Link(version: 1, content: content(1), seal: nil)
        let hash = ContentEncoding.hash(content(2))
        let first = ChainVerification.Link(
            version: 2,
            content: content(2),
            seal: try VersionSeal(contentHash: hash, after: genesis, keys: keys)
        )
        #expect(findings([old, first], keys) == ["1 UNSIGNED"])
    }

    @Test func aChainOfAnotherProcessIsNone() throws {
        let keys = try keys("a")
        let links = try chain(2, keys)
        var verification = ChainVerification(
            first: 1,
            previous: nil,
            genesis: VersionSeal.genesis(process: UUID(), organization: organization),
            keys: keys
        )
        for link in links { verification.check(link) }
        #expect(verification.findings.map(\.kind) == [.chain])
    }

    @Test func keysAreChangedByPuttingANewOneFirst() throws {
        let (old, new) = (Curve25519.Signing.PrivateKey(), Curve25519.Signing.PrivateKey())
        let before = try SigningKeys(jwks: try Fixture.keys([("old", old, true)]), source: "test")
        let links = try chain(2, before)
        let after = try SigningKeys(
            jwks: try Fixture.keys([("new", new, true), ("old", old, false)]),
            source: "test"
        )
        #expect(after.currentID == "new")
        #expect(findings(links, after) == [])
        let without = try SigningKeys(jwks: try Fixture.keys([("new", new, true)]), source: "test")
        #expect(findings(links, without) == ["1 UNKNOWN_KEY", "2 UNKNOWN_KEY"])
    }

    @Test(arguments: [
        "", "{}", #"{"keys": []}"#, #"{"keys": [{"kty": "RSA", "kid": "a"}]}"#,
        #"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "d": "AAAA"}]}"#,
        #"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a"}]}"#,
        #"{"keys": [{"kty": "OKP", "crv": "Ed25519", "d": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#,
    ])
    func aFileWithoutAKeyToSignWithStopsTheStart(_ text: String) {
        #expect(throws: ConfigurationError.self) { try SigningKeys(jwks: Data(text.utf8), source: "test") }
    }
}
