internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent

/// A version of a process as questions about it need it: made once, for all of them.
final class KnownProcess: Sendable {
    let name: String
    let description: String
    /// What proposals are made for.
    let base: PatchBase
    /// What of it decides whether two questions are the same.
    let contentKey: ContentKey

    private init(name: String, description: String, base: PatchBase, contentKey: ContentKey) {
        self.name = name
        self.description = description
        self.base = base
        self.contentKey = contentKey
    }

    /// Costs time in proportion to the process, whose program is parsed, so not on an event loop.
    convenience init(_ process: Grimoire_V1_GetProcessResponse, organization: UUID) {
        let document = ContextInput.document(of: process)
        self.init(
            name: process.name,
            description: process.description_p,
            base: PatchBase(
                process: ProcessID(process.processID),
                version: process.versionNumber,
                contentHash: process.contentHash,
                code: process.spyCode,
                document: document,
                mapping: process.stableMapping
            ),
            contentKey: ContentKey(
                organization: organization.text,
                process: process.processID,
                code: process.spyCode,
                document: document,
                mapping: process.stableMapping
            )
        )
    }

    /// The same content as another version has it.
    func asVersion(_ number: Int32) -> KnownProcess {
        var base = base
        base.version = number
        return KnownProcess(name: name, description: description, base: base, contentKey: contentKey)
    }

    /// About what it takes in memory.
    var byteCount: Int {
        let texts = name.utf8.count + description.utf8.count + base.code.utf8.count + base.document.utf8.count
        return base.mapping.reduce(Self.overhead + texts) {
            $0 + $1.key.utf8.count + $1.value.utf8.count + Self.entryOverhead
        }
    }

    private static let overhead = 512
    private static let entryOverhead = 48
}
