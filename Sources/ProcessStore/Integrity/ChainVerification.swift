internal import FoundationEssentials

/// Verifies versions one after the other, the oldest first. A value without I/O.
struct ChainVerification: Sendable {
    /// Findings that are kept; more are only counted as such.
    static let findingLimit = 100

    /// Something that differs.
    struct Finding: Sendable, Equatable {
        /// What differs.
        enum Kind: String, Sendable {
            case content = "CONTENT"
            case chain = "CHAIN"
            case signature = "SIGNATURE"
            case unknownKey = "UNKNOWN_KEY"
            case unsigned = "UNSIGNED"
            case missing = "MISSING"
        }

        let version: Int32
        let kind: Kind
        let message: String
    }

    /// A version as it is stored, with its seal where it has one.
    struct Link: Sendable {
        let version: Int32
        let content: ProcessContent
        let seal: VersionSeal?
    }

    private(set) var findings: [Finding] = []
    private(set) var isValid = true
    private(set) var checked: Int32 = 0
    /// The hashes of the last version, as recomputed.
    private(set) var contentHash: [UInt8] = []
    private(set) var chainHash: [UInt8] = []

    private let keys: SigningKeys
    private let genesis: [UInt8]
    /// What the next version must follow.
    private var previous: [UInt8]
    private var next: Int32
    private var hasBegun: Bool

    /// - Parameters:
    ///   - first: The first version to be verified.
    ///   - previous: The stored chain hash of the version before it; nil where there is none.
    ///   - genesis: Where the process's chain begins.
    ///   - keys: The keys that are known.
    init(first: Int32, previous: [UInt8]?, genesis: [UInt8], keys: SigningKeys) {
        self.keys = keys
        self.genesis = genesis
        self.previous = previous ?? genesis
        hasBegun = previous != nil
        next = first
    }

    /// Takes the next version.
    mutating func check(_ link: Link) {
        while next < link.version, findings.count < Self.findingLimit {
            report(next, .missing, "Version \(next) is not there.")
            next += 1
        }
        next = link.version + 1
        checked += 1
        contentHash = ContentEncoding.hash(link.content)
        guard let seal = link.seal else {
            chainHash = []
            let sentence =
                hasBegun
                ? "Version \(link.version) has lost its hashes and its signature."
                : "Version \(link.version) is older than the hashes: nobody has signed it."
            report(link.version, .unsigned, sentence)
            return
        }
        hasBegun = true
        chainHash = VersionSeal.chainHash(after: previous, contentHash)
        if seal.contentHash != contentHash {
            report(link.version, .content, "What version \(link.version) says is not what was hashed.")
        }
        if seal.chainHash != VersionSeal.chainHash(after: previous, seal.contentHash) {
            report(link.version, .chain, "Version \(link.version) does not follow the version before it.")
        }
        switch keys.verify(seal.signature, over: seal.chainHash, keyID: seal.keyID) {
        case true?: break
        case false?:
            report(
                link.version,
                .signature,
                "The signature of version \(link.version) is not one of key \(seal.keyID)."
            )
        case nil:
            report(
                link.version,
                .unknownKey,
                "Version \(link.version) was signed with key \(seal.keyID), which this service does not know."
            )
        }
        previous = seal.chainHash
    }

    /// Where the last version that should be there is not.
    mutating func finish(at last: Int32) {
        while next <= last, findings.count < Self.findingLimit {
            report(next, .missing, "Version \(next) is not there.")
            next += 1
        }
    }

    private mutating func report(_ version: Int32, _ kind: Finding.Kind, _ message: String) {
        isValid = false
        guard findings.count < Self.findingLimit else { return }
        findings.append(Finding(version: version, kind: kind, message: message))
    }
}
