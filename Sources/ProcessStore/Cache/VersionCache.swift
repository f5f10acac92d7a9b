internal import EventLoop
internal import FoundationEssentials
internal import GRPCNghttp2
internal import ServiceKit

/// What one loop has read and written of versions, which never change, and of processes, which do.
///
/// A version may be kept for as long as it fits. Whether its process still exists, and which versions it has, is believed
/// for `headLifetime` only: a process that another instance deletes is gone here within that time, and what this instance
/// writes is known at once, since it tells every loop's cache before it answers.
actor VersionCache: LoopActor {
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

    private struct KnownHead {
        let head: EncodedHead
        let readAt: ContinuousClock.Instant
    }

    private struct KnownAnswer {
        let answer: VersionAnswer
        /// When the head was read that it ends with.
        let headReadAt: ContinuousClock.Instant
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var answers: ByteCache<Key, KnownAnswer>
    private var heads: ByteCache<ProcessKey, KnownHead>
    private var bases: ByteCache<ProcessKey, UpdateBase>

    /// A cache of `bytes` on `loop`: half of it for answers, an eighth for heads, the rest for what updates build upon.
    init(bytes: Int, loop: EventLoop) {
        self.loop = loop
        answers = ByteCache(limit: bytes / 2)
        heads = ByteCache(limit: bytes / 8)
        bases = ByteCache(limit: bytes - bytes / 2 - bytes / 8)
    }

    /// A version, where it is known and its process was there a moment ago.
    func answer(_ key: Key) -> VersionAnswer? {
        guard let known = answers.value(key) else { return nil }
        let process = ProcessKey(organization: key.organization, process: key.process)
        guard let head = heads.value(process) else { return nil }
        guard head.readAt.duration(to: .now) < Self.headLifetime else {
            heads.remove(process)
            return nil
        }
        if known.headReadAt == head.readAt { return known.answer }
        let answer = known.answer.with(head.head)
        insert(answer, key, head.readAt)
        return answer
    }

    /// ``answer(_:)`` for a caller on the loop, without a suspension.
    nonisolated func answerOnLoop(_ key: Key) -> VersionAnswer? { assumeOnLoop { $0.answer(key) } }

    /// A version whatever is known of its process, for a caller that reads that now.
    func version(_ key: Key) -> VersionAnswer? { answers.value(key)?.answer }

    /// Keeps what was just read; `readAt` is from before the reading began.
    func keep(_ answer: VersionAnswer, _ head: EncodedHead, for key: Key, readAt: ContinuousClock.Instant) {
        insert(answer, key, readAt)
        let process = ProcessKey(organization: key.organization, process: key.process)
        if let forgottenAt, readAt <= forgottenAt { return }
        heads.insert(
            KnownHead(head: head, readAt: readAt),
            for: process,
            bytes: head.bytes.count + Self.overhead
        )
    }

    private func insert(_ answer: VersionAnswer, _ key: Key, _ headReadAt: ContinuousClock.Instant) {
        answers.insert(
            KnownAnswer(answer: answer, headReadAt: headReadAt),
            for: key,
            bytes: answer.message.count + Self.overhead
        )
    }

    /// What is known of a process is out of date.
    func forget(_ process: ProcessKey) {
        heads.remove(process)
        bases.remove(process)
        forgottenAt = .now
    }

    // MARK: Updates

    /// The latest version of a process when this loop wrote it last. Others may have written since.
    func base(_ process: ProcessKey) -> UpdateBase? { bases.value(process) }

    /// Keeps a version that was just written.
    func keep(_ base: UpdateBase, for process: ProcessKey) {
        if let known = bases.peek(process), known.head.version > base.head.version { return }
        bases.insert(base, for: process, bytes: base.bytes + Self.overhead)
    }

    /// When a head was forgotten last: what was read before may be what has been forgotten.
    private(set) var forgottenAt: ContinuousClock.Instant?
}
