internal import GrimoireAPI
internal import StableMapping
internal import SuggestionContent

/// A version ready to be written: everything that takes time is done.
struct PreparedContent: Sendable {
    let content: ProcessContent
    let hash: [UInt8]
    let documentJSON: String?
    let mappingJSON: String
    /// What the engine has to know for the next version.
    let mappingState: [UInt8]
    /// What the version changes in the facts of its process.
    let facts: FactDelta
    let report: Grimoire_V1_MappingReport
    /// What its code can be compared by, as it is stored.
    let fingerprint: [UInt8]
    /// What the version changes in what its process can be found by.
    let reuse: ReuseDelta
    /// What the process demands from this version on.
    let policy: MappingPolicy

    /// Encodes contents whose mapping is the one of `outcome`.
    ///
    /// - Parameters:
    ///   - content: What the version says.
    ///   - hash: Its hash.
    ///   - outcome: Where its mapping comes from.
    ///   - previous: The state of the version before; nil for the first.
    ///   - fingerprint: What its code can be compared by, as it is stored; nil where it is as before.
    ///   - former: The stored fingerprint of the version before; nil for the first, and where nothing is known of it.
    ///   - policy: What the process demands.
    init(
        _ content: ProcessContent,
        hash: [UInt8],
        outcome: MappingOutcome,
        after previous: MappingState?,
        fingerprint: ProgramFingerprint?,
        replacing former: [UInt8]?,
        policy: MappingPolicy
    ) throws {
        self.content = content
        self.hash = hash
        self.policy = policy
        documentJSON = try ContentCoding.json(content.document)
        mappingJSON = ContentCoding.json(content.stableMapping)
        mappingState = MappingStateCoding.bytes(outcome.state)
        facts = FactDelta(from: previous, to: outcome.state)
        report = MappingReportForm.message(outcome)
        guard let fingerprint else {
            self.fingerprint = former ?? []
            reuse = ReuseDelta()
            return
        }
        let stored = FingerprintCoding.stored(fingerprint)
        self.fingerprint = FingerprintCoding.bytes(stored)
        reuse = ReuseDelta(from: former.flatMap(FingerprintCoding.fingerprint), to: stored)
    }
}
