internal import FoundationEssentials
internal import Postgres
internal import ServiceKit

extension ProcessStore {
    /// Versions that are read in one round trip for verification.
    private static let verificationBatch: Int32 = 25

    /// What a verification says.
    struct Verification: Sendable {
        let version: Int32
        let chain: ChainVerification
        /// Which key signed the version, as stored.
        let keyID: String
    }

    /// Recomputes what proves a version, or all versions up to it; 0 is the latest.
    func verify(
        version number: Int32,
        of process: UUID,
        wholeChain: Bool,
        organization: UUID
    ) async throws -> Verification {
        let latest = try await basics(version: number, of: process, organization: organization)
        let last = latest.number
        let first = wholeChain ? 1 : last
        var previous: [UInt8]?
        if first > 1 {
            let results = try await read(
                organization,
                Queries.chainHash(process: process, version: first - 1)
            )
            previous = try results[0].first?.decodeOptional("chain_hash")
        }
        var chain = ChainVerification(
            first: first,
            previous: previous,
            genesis: VersionSeal.genesis(process: process, organization: organization),
            keys: keys
        )
        var keyID = ""
        var next = first
        while next <= last {
            let end = min(next + Self.verificationBatch - 1, last)
            let rows = try await read(
                organization,
                Queries.bodies(process: process, from: next, to: end)
            )[0].rows
            let raw = try rows.compactMap(ContentCoding.version)
            let before = chain
            chain = try await workshop.run(bytes: raw.reduce(0) { $0 + $1.jsonBytes + $1.spyCode.utf8.count })
            {
                var chain = before
                for version in raw {
                    let body = try version.body()
                    chain.check(.init(version: body.number, content: body.content, seal: body.seal))
                }
                return chain
            }
            keyID = raw.last?.seal?.keyID ?? ""
            next = end + 1
        }
        chain.finish(at: last)
        return Verification(version: last, chain: chain, keyID: keyID)
    }
}
