internal import EventLoop
internal import FoundationEssentials
internal import ServiceKit

/// What one loop has read of versions, which never change, and of processes, which do.
///
/// A version may be kept for as long as it fits. Whether its process still exists, and which versions it has, is believed
/// for `headLifetime` only: a process that another instance deletes is gone here within that time, and what this instance
/// writes is known at once, since it tells every loop's cache before it answers.
actor VersionCache {
    /// How long what is known of a process is believed.
    static let headLifetime: Duration = .seconds(1)
    /// Bytes that an entry takes beside its texts.
    private static let overhead = 512

    /// A version of one organization's process.
    struct Key: Hashable, Sendable {
        let organization: UUID
        let process: UUID
        let version: Int32
    }

    /// A process of one organization.
    struct ProcessKey: Hashable, Sendable {
        let organization: UUID
        let process: UUID
    }

    /// What is known of a process as a whole.
    struct Head: Sendable {
        let process: StoredProcess
        let history: [VersionSummary]
    }

    private struct KnownHead {
        let head: Head
        let readAt: ContinuousClock.Instant
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var versions: ByteCache<Key, VersionBody>
    private var heads: ByteCache<ProcessKey, KnownHead>

    /// A cache of `bytes` on `loop`; a quarter is for heads.
    init(bytes: Int, loop: EventLoop) {
        self.loop = loop
        versions = ByteCache(limit: bytes - bytes / 4)
        heads = ByteCache(limit: bytes / 4)
    }

    /// A version, where it is known and its process was there a moment ago.
    func version(_ key: Key) -> (VersionBody, Head)? {
        let process = ProcessKey(organization: key.organization, process: key.process)
        guard let known = heads.value(process) else { return nil }
        guard known.readAt.duration(to: .now) < Self.headLifetime else {
            heads.remove(process)
            return nil
        }
        return versions.value(key).map { ($0, known.head) }
    }

    /// A version alone, for a caller that has just read its process's head.
    func body(_ key: Key) -> VersionBody? { versions.value(key) }

    /// Keeps what was just read; `readAt` is from before the reading began.
    func keep(_ body: VersionBody, _ head: Head?, for key: Key, readAt: ContinuousClock.Instant) {
        versions.insert(body, for: key, bytes: body.content.size + Self.overhead)
        guard let head else { return }
        let process = ProcessKey(organization: key.organization, process: key.process)
        if let forgottenAt, readAt <= forgottenAt { return }
        let size = head.history.reduce(Self.overhead) {
            $0 + 96 + $1.name.utf8.count + $1.changelog.utf8.count
        }
        heads.insert(KnownHead(head: head, readAt: readAt), for: process, bytes: size)
    }

    /// What is known of a process is out of date.
    func forget(_ process: ProcessKey) {
        heads.remove(process)
        forgottenAt = .now
    }

    /// When a head was forgotten last: what was read before may be what has been forgotten.
    private var forgottenAt: ContinuousClock.Instant?
}
