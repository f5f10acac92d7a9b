internal import FoundationEssentials
internal import GrimoireAPI
internal import StableMapping
internal import SuggestionContent

/// A version ready to be written: everything that takes time is done.
struct PreparedContent: Sendable {
    let content: ProcessContent
    let hash: [UInt8]
    let json: ContentJSON
    /// Its mapping, and what the engine has to know for the next version.
    let outcome: MappingOutcome
    /// The latter as it is stored.
    let mappingState: [UInt8]
    /// What the version changes in the facts of its process.
    let facts: FactDelta
    let report: Grimoire_V1_MappingReport
    /// What its code can be compared by, as it is stored.
    let fingerprint: [UInt8]
    /// The functions of its code, for the next version's fingerprint.
    let functions: KnownFunctions
    /// What the version changes in what its process can be found by.
    let reuse: ReuseDelta
    /// What the process demands from this version on.
    let policy: MappingPolicy
    /// Whether of the words that the version is found by, only those of the code may be others than before.
    let keepsWords: Bool

    /// Encodes contents whose mapping is the one of `outcome`.
    ///
    /// - Parameters:
    ///   - content: What the version says.
    ///   - hash: Its hash.
    ///   - outcome: Where its mapping comes from.
    ///   - previous: The version before; nil for the first.
    ///   - fingerprint: What its code can be compared by; nil where it is as before.
    ///   - functions: The functions of its code.
    ///   - policy: What the process demands.
    init(
        _ content: ProcessContent,
        hash: [UInt8],
        outcome: MappingOutcome,
        after previous: UpdateBase?,
        fingerprint: ProgramFingerprint?,
        functions: KnownFunctions = KnownFunctions(),
        policy: MappingPolicy
    ) {
        self.content = content
        self.hash = hash
        self.functions = functions
        self.policy = policy
        json = ContentJSON(content, after: previous, hasSameMapping: outcome.keepsMapping)
        self.outcome = outcome
        mappingState = MappingStateCoding.bytes(outcome.state)
        facts =
            outcome.keepsMapping
            ? FactDelta() : FactDelta(from: previous?.mapped.state, to: outcome.state)
        keepsWords = previous.map { content.hasSameWords(as: $0.content) } ?? false
        let former = previous?.fingerprint
        report = MappingReportForm.message(outcome)
        guard let fingerprint else {
            self.fingerprint = former ?? []
            reuse = ReuseDelta()
            return
        }
        let stored = FingerprintCoding.stored(fingerprint)
        let bytes = FingerprintCoding.bytes(stored)
        self.fingerprint = bytes
        reuse =
            bytes == former
            ? ReuseDelta() : ReuseDelta(from: former.flatMap(FingerprintCoding.fingerprint), to: stored)
    }
}

extension UpdateBase {
    /// A version that was just made.
    ///
    /// - Parameters:
    ///   - made: What it says.
    ///   - seal: What proves it.
    ///   - process: Whose it is.
    ///   - number: Which it is.
    ///   - time: When it was made.
    ///   - program: Its program.
    init(
        _ made: PreparedContent,
        _ seal: VersionSeal,
        of process: UUID,
        number: Int32,
        madeAt time: Instant,
        program: ProgramFacts
    ) {
        head = Queries.Head(process: process, version: number, updatedAt: time, policy: made.policy)
        content = made.content
        json = made.json
        contentHash = seal.contentHash
        chainHash = seal.chainHash
        mapped = MappedVersion(made.outcome, program: program)
        fingerprint = made.fingerprint
        functions = made.functions
    }
}

extension ProcessContent {
    /// Whether name, description and text are the same, byte by byte: Unicode calls texts equal that have other words.
    fileprivate func hasSameWords(as other: ProcessContent) -> Bool {
        name.hasSameBytes(as: other.name) && description.hasSameBytes(as: other.description)
            && (document?.text ?? "").hasSameBytes(as: other.document?.text ?? "")
    }
}
