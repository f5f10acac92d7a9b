internal import FoundationEssentials
internal import GrimoireAPI
internal import ServiceKit
internal import StableMapping
internal import SuggestionContent
internal import Synchronization

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

/// What process storage last said of processes, by organization, process and the version that was asked for.
///
/// Derived data, used only where process storage says for each question anew that the content is still the same: it may be old, never
/// wrong. From any thread.
final class KnownProcesses: Sendable {
    struct Key: Hashable, Sendable {
        let organization: UUID
        let process: UUID
        /// 0: the latest.
        let version: Int32
    }

    private let memory: Mutex<ByteCache<Key, KnownProcess>>

    /// How much is kept, in bytes.
    static let usualBytes = 16 << 20

    init(bytes: Int = usualBytes) { memory = Mutex(ByteCache(limit: bytes)) }

    subscript(key: Key) -> KnownProcess? { memory.withLock { $0.value(key) } }

    /// Keeps a process, where its content has a hash that can be asked for.
    func keep(_ process: KnownProcess, for key: Key) {
        guard !process.base.contentHash.isEmpty else { return }
        memory.withLock { $0.insert(process, for: key, bytes: process.byteCount) }
    }

    /// Bytes of all that is kept.
    var byteCount: Int { memory.withLock { $0.bytes } }
}
