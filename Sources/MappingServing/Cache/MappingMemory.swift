internal import GRPCCore
internal import ServiceKit

/// What a loop remembers: answers, which never change, and what is known of their processes, which does. A value without a clock.
///
/// Bounded in bytes; what was used longest ago goes first.
struct MappingMemory: Sendable {
    /// Bytes of a head.
    private static let headBytes = 320
    /// Bytes of an absence beside its message.
    private static let absenceBytes = 512

    /// A version that is not there, and what its callers are told.
    private struct Absence {
        let error: RPCError
        let checkedAt: Int64
    }

    private var answers: ByteCache<MappingKey, StoredAnswer>
    private var heads: ByteCache<ProcessKey, ProcessHead>
    private var absences: ByteCache<MappingKey, Absence>
    /// When a process was said to have changed: what was asked before may be what has changed.
    private var changes: ByteCache<ProcessKey, Int64>
    private var allChangedAt = Int64.min

    /// A memory of `bytes`: a quarter of it for heads, so that there is one for each answer of the usual size, and a sixteenth for
    /// absences and changes.
    init(bytes: Int) {
        let small = bytes / 32
        heads = ByteCache(limit: bytes / 4)
        absences = ByteCache(limit: small)
        changes = ByteCache(limit: small)
        answers = ByteCache(limit: bytes - bytes / 4 - 2 * small)
    }

    /// What is known at once.
    enum Known: Sendable {
        case answer(StoredAnswer)
        case absent
        case failure(RPCError)
        case unknown
    }

    /// What may be answered without asking anyone, where it is an answer: the hottest question, without ``Known``'s other cases.
    mutating func knownAnswer(_ key: MappingKey, now: Int64) -> StoredAnswer? {
        guard case .version(let version) = heads.value(key.process)?.belief(for: key.version, now: now) else {
            return nil
        }
        return answers.value(key.at(version))
    }

    /// What may be answered without asking anyone.
    mutating func known(_ key: MappingKey, now: Int64) -> Known {
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

    /// What was known once, whatever may be believed of it now: the answer to the question, or to that for the latest version of
    /// which anything is known.
    mutating func remembered(_ key: MappingKey) -> (head: ProcessHead?, answer: StoredAnswer?) {
        let head = heads.value(key.process)
        let version = key.isLatest ? head?.latest : key.version
        return (head, version.flatMap { answers.value(key.at($0)) })
    }

    /// What a question and all that is known of it lead to.
    enum Settled: Sendable {
        case answer(StoredAnswer, ProcessHead)
        case absent
        /// It has to be asked; what would do where nobody can be, or where nothing has changed.
        case unknown(ProcessHead?, candidate: StoredAnswer?)
    }

    /// What is to be answered by what is remembered and what was `found` elsewhere, together; what that leads to is kept.
    mutating func settle(_ key: MappingKey, _ found: SharedCache.Found, now: Int64) -> Settled {
        let (known, answer) = remembered(key)
        var head = found.head
        if let known { head = head?.merged(with: known) ?? known }
        switch head?.belief(for: key.version, now: now) {
        case .absent:
            if let head { keep(head, of: key.process) }
            return .absent
        case .version(let version):
            let fitting = [answer, found.answer].lazy.compactMap(\.self).first { $0.version == version }
            if let head, let answer = fitting ?? self.answer(key.at(version)) {
                remember(answer, for: key)
                keep(head, of: key.process)
                return .answer(answer, head)
            }
        case .unknown, nil: break
        }
        return .unknown(head, candidate: answer ?? found.answer)
    }

    /// An answer, whatever is known of its process.
    mutating func answer(_ key: MappingKey) -> StoredAnswer? { answers.value(key) }

    /// Keeps an answer of which it is not known yet whether its process is still there.
    mutating func remember(_ answer: StoredAnswer, for key: MappingKey) {
        answers.insert(answer, for: key.at(answer.version), bytes: answer.bytes)
    }

    /// Keeps what was learnt of a process.
    mutating func keep(_ head: ProcessHead, of process: ProcessKey) {
        var head = head
        let changedAt = max(changes.peek(process) ?? .min, allChangedAt)
        if max(head.existenceCheckedAt, head.latestCheckedAt) <= changedAt { head = head.doubted() }
        if let known = heads.peek(process) { head = known.merged(with: head) }
        heads.insert(head, for: process, bytes: Self.headBytes)
    }

    /// Keeps that a version is not there.
    mutating func keep(absence error: RPCError, of key: MappingKey, checkedAt: Int64) {
        absences.insert(
            Absence(error: error, checkedAt: checkedAt),
            for: key,
            bytes: Self.absenceBytes + error.message.utf8.count
        )
    }

    /// A process has changed: nothing that is known of it is believed any more.
    mutating func doubt(_ process: ProcessKey, now: Int64) {
        changes.insert(now, for: process, bytes: Self.headBytes)
        if let head = heads.peek(process) {
            heads.insert(head.doubted(), for: process, bytes: Self.headBytes)
        }
    }

    /// Changes may have been missed: nothing that is known of any process is believed any more.
    mutating func doubtAll(now: Int64) {
        allChangedAt = now
        changes.removeAll()
        heads.removeAll()
    }
}
