/// What a model's answer proposes to change, looked at before it is offered.
///
/// ```swift
/// if let proposal = PatchProposal(in: answer, base: base, redactor: built.redactor) {
///     metadata.merge(proposal.metadata) { $1 }
/// }
/// ```
///
/// Code comes from blocks marked `spy`, `python` or `diff`, a document from one marked `document` or
/// `markdown`. A program that SPy does not accept is reported in ``validation`` and not offered, and neither
/// is one with a secret that the present one does not have. Placeholders of the redactor are put back into
/// what is proposed, so that applying it loses nothing. A pure function of its arguments; it may run the
/// program in the sandbox and costs up to some tens of milliseconds, so it belongs on an offload executor.
public struct PatchProposal: Sendable, Hashable {
    /// The new program, where one is offered.
    public let code: String?
    /// The new document, where one is offered.
    public let document: String?
    /// The unified diffs of what is offered, one after the other; empty where nothing is.
    public let patch: String
    /// What the patch was made for.
    public let baseContentHash: String
    /// What SPy says of the proposed program; nothing where none is proposed.
    public let validation: PatchValidation?
    /// What the proposed program would do to the stable mapping; nothing where it is not known.
    public let mappingEffect: MappingEffect?
    /// Why something that the answer proposes is not offered, a sentence each.
    public let refusals: [String]

    /// Whether there is something to apply.
    public var isOffered: Bool { !patch.isEmpty }

    /// The longest patch that is offered, in bytes.
    public static let maximumPatch = 512 << 10

    /// What an answer proposes; nothing where it proposes nothing.
    ///
    /// - Parameters:
    ///   - answer: The answer as the model gave it, or as a ``StreamingFilter/init(after:)`` let it through.
    ///   - base: What it is about.
    ///   - redactor: What the context was redacted with (``BuiltContext/redactor``).
    public init?(in answer: String, base: PatchBase, redactor: Redactor = Redactor()) {
        let proposed = ProposedContent(in: answer, base: base, redactor: redactor)
        guard !proposed.isEmpty else { return nil }
        var refusals = proposed.refusals
        var patches: [String] = []
        var offeredCode: String?
        var offeredDocument: String?
        var validation: PatchValidation?
        var effect: MappingEffect?
        if let code = proposed.code {
            let checked = PatchValidation(of: code, insteadOf: base.code)
            validation = checked
            if let reason = checked.refusal ?? LeakedValue.reason(in: code, besides: base.code, "program") {
                refusals.append(reason)
            } else if let diff = UnifiedDiff(from: base.code, to: code, name: PatchBase.codeName) {
                offeredCode = code
                patches.append(diff.text)
                effect = MappingEffect(of: code, on: base)
            }
        }
        if let document = proposed.document {
            if let reason = LeakedValue.reason(in: document, besides: base.document, "document") {
                refusals.append(reason)
            } else if let diff = UnifiedDiff(from: base.document, to: document, name: PatchBase.documentName)
            {
                offeredDocument = document
                patches.append(diff.text)
            }
        }
        let patch = patches.joined()
        let fits = patch.utf8.count <= PatchProposal.maximumPatch
        if !fits {
            refusals.append("The proposed change is larger than \(PatchProposal.maximumPatch) bytes.")
        }
        code = fits ? offeredCode : nil
        document = fits ? offeredDocument : nil
        self.patch = fits ? patch : ""
        baseContentHash = base.contentHash
        self.validation = validation
        mappingEffect = fits ? effect : nil
        self.refusals = refusals
    }

    /// The entries of a chat's metadata: `patch`, `base_content_hash`, `validation` and `mapping_effect`,
    /// each where there is something to say.
    public var metadata: [String: String] {
        var entries: [String: String] = [:]
        if isOffered {
            entries["patch"] = patch
            entries["base_content_hash"] = baseContentHash
        }
        if validation != nil || !refusals.isEmpty { entries["validation"] = validationJSON }
        if let mappingEffect { entries["mapping_effect"] = mappingEffect.json }
        return entries
    }

    private var validationJSON: String {
        JSONText.object([
            ("offered", isOffered ? "true" : "false"),
            ("refusals", refusals.isEmpty ? nil : JSONText.strings(refusals)),
            ("program", validation?.json),
        ])
    }
}
