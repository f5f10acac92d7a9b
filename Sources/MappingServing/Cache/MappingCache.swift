internal import EventLoop
internal import GRPCCore
internal import GRPCNghttp2
internal import ServiceKit

/// What one loop keeps in memory: answers, which never change, and what is known of their processes, which does.
///
/// Bounded in bytes; what was used longest ago goes first.
actor MappingCache {
    /// Bytes of a head in the cache.
    private static let headBytes = 320
    /// Bytes of an absence in the cache.
    private static let absenceBytes = 512

    /// A version that is not there, and what its callers are told.
    private struct Absence {
        let error: RPCError
        let checkedAt: Int64
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var answers: ByteCache<MappingKey, StoredAnswer>
    private var heads: ByteCache<ProcessKey, ProcessHead>
    private var absences: ByteCache<MappingKey, Absence>
    /// When a process was said to have changed: what was asked before may be what has changed.
    private var changes: ByteCache<ProcessKey, Int64>
    private var allChangedAt = Int64.min

    /// A cache of `bytes` on `loop`: an eighth of it for what is known of processes.
    init(bytes: Int, loop: EventLoop) {
        self.loop = loop
        let small = bytes / 8
        answers = ByteCache(limit: bytes - small)
        heads = ByteCache(limit: small / 2)
        absences = ByteCache(limit: small / 4)
        changes = ByteCache(limit: small / 4)
    }

    /// What is known at once.
    enum Known: Sendable {
        case answer(StoredAnswer)
        case absent
        case failure(RPCError)
        case unknown
    }

    /// What may be answered without asking anyone.
    func known(_ key: MappingKey) -> Known {
        let now = loop.uptimeNanoseconds
        switch heads.value(key.process)?.belief(for: key.version, now: now) {
        case .version(let version):
            if let answer = answers.value(key.at(version)) { return .answer(answer) }
            if let absence = absences.value(key), now &- absence.checkedAt < ProcessHead.absenceLifetime {
                return .failure(absence.error)
            }
            return .unknown
        case .absent: return .absent
        case .unknown, nil: return .unknown
        }
    }

    /// What may be answered without asking anyone, for code that runs on the loop already.
    nonisolated func knownOnLoop(_ key: MappingKey) -> StoredAnswer? {
        assumeIsolated { cache in
            if case .answer(let answer) = cache.known(key) { answer } else { nil }
        }
    }

    /// What was known once, whatever may be believed of it now: the answer to the question, or to that for the latest version of
    /// which anything is known.
    func remembered(_ key: MappingKey) -> (head: ProcessHead?, answer: StoredAnswer?) {
        let head = heads.value(key.process)
        let version = key.isLatest ? head?.latest : key.version
        return (head, version.flatMap { answers.value(key.at($0)) })
    }

    /// An answer, whatever is known of its process.
    func answer(_ key: MappingKey) -> StoredAnswer? { answers.value(key) }

    /// Keeps an answer and what was learnt with it.
    func keep(_ answer: StoredAnswer, for key: MappingKey, _ head: ProcessHead) {
        answers.insert(answer, for: key.at(answer.version), bytes: answer.bytes)
        keep(head, of: key.process)
    }

    /// Keeps an answer of which it is not known yet whether its process is still there.
    func remember(_ answer: StoredAnswer, for key: MappingKey) {
        answers.insert(answer, for: key.at(answer.version), bytes: answer.bytes)
    }

    /// Keeps what was learnt of a process.
    func keep(_ head: ProcessHead, of process: ProcessKey) {
        var head = head
        let changedAt = max(changes.peek(process) ?? .min, allChangedAt)
        if max(head.existenceCheckedAt, head.latestCheckedAt) <= changedAt { head = head.doubted() }
        if let known = heads.peek(process) { head = known.merged(with: head) }
        heads.insert(head, for: process, bytes: Self.headBytes)
    }

    /// Keeps that a version is not there.
    func keep(absence error: RPCError, of key: MappingKey, checkedAt: Int64) {
        absences.insert(
            Absence(error: error, checkedAt: checkedAt),
            for: key,
            bytes: Self.absenceBytes + error.message.utf8.count
        )
    }

    /// A process has changed: nothing that is known of it is believed any more.
    func doubt(_ process: ProcessKey) {
        changes.insert(loop.uptimeNanoseconds, for: process, bytes: Self.headBytes)
        if let head = heads.peek(process) {
            heads.insert(head.doubted(), for: process, bytes: Self.headBytes)
        }
    }

    /// Changes may have been missed: nothing that is known of any process is believed any more.
    func doubtAll() {
        allChangedAt = loop.uptimeNanoseconds
        changes.removeAll()
        heads.removeAll()
    }
}
