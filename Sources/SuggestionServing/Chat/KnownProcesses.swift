internal import EventLoop
internal import FoundationEssentials
internal import ServiceKit
internal import SuggestionContent
internal import Synchronization

/// What process storage last said of processes, by organization, process and the version that was asked for.
///
/// Derived data. What is to be right for certain asks process storage anew, with the content's hash (``subscript(_:)``). What may be a
/// moment old is believed without asking (``believed(_:)``) while changes are heard of. From any thread.
final class KnownProcesses: Sendable {
    struct Key: Hashable, Sendable {
        let organization: UUID
        let process: UUID
        /// 0: the latest.
        let version: Int32
    }

    private struct Kept {
        let process: KnownProcess
        /// Before process storage was asked.
        let checkedAt: Int64
    }

    private struct State {
        var memory: ByteCache<Key, Kept>
        /// Changes are heard of as they happen.
        var isHearing = false
        /// What was asked before a change may be what has changed.
        var changedAt: [ProcessChange: Int64] = [:]
        var allChangedAt = Int64.min
    }

    private let state: Mutex<State>
    /// The time, in nanoseconds.
    let now: @Sendable () -> Int64

    /// How much is kept, in bytes.
    static let usualBytes = 16 << 20
    /// For how long what process storage has said is believed: a lost word of a change shows for a second at most.
    static let believedTime: Duration = .milliseconds(800)
    /// How many changes are kept, before those that no longer matter are let go.
    private static let maxChanges = 1_024

    init(bytes: Int = usualBytes, now: @escaping @Sendable () -> Int64 = monotonicNanoseconds) {
        state = Mutex(State(memory: ByteCache(limit: bytes)))
        self.now = now
    }

    /// What it last said, however long ago.
    subscript(key: Key) -> KnownProcess? { state.withLock { $0.memory.value(key)?.process } }

    /// What it has said a moment ago, where nothing was heard since of a change of the process.
    func believed(_ key: Key) -> KnownProcess? {
        let now = now()
        return state.withLock { state in
            guard state.isHearing, let kept = state.memory.value(key) else { return nil }
            let change = ProcessChange(organization: key.organization, process: key.process)
            guard now - kept.checkedAt < Self.believedTime.nanoseconds,
                kept.checkedAt > max(state.changedAt[change] ?? .min, state.allChangedAt)
            else { return nil }
            return kept.process
        }
    }

    /// Keeps a process, where its content has a hash that can be asked for.
    ///
    /// - Parameter checkedAt: ``now`` from before process storage was asked.
    func keep(_ process: KnownProcess, for key: Key, checkedAt: Int64) {
        guard !process.base.contentHash.isEmpty else { return }
        state.withLock { state in
            // Of two who asked at once the one who asked first may come last, with what is older.
            if let kept = state.memory.peek(key), kept.checkedAt > checkedAt { return }
            let kept = Kept(process: process, checkedAt: checkedAt)
            state.memory.insert(kept, for: key, bytes: process.byteCount)
        }
    }

    /// From here on changes are heard of; what came before may have been missed.
    func beginHearing() {
        let now = now()
        state.withLock { state in
            state.isHearing = true
            state.allChangedAt = now
            state.changedAt = [:]
        }
    }

    /// Changes are not heard of any more: nothing is believed.
    func endHearing() { state.withLock { $0.isHearing = false } }

    /// A process has changed.
    func doubt(_ change: ProcessChange) {
        let now = now()
        state.withLock { state in
            if state.changedAt.count >= Self.maxChanges {
                let oldest = now - Self.believedTime.nanoseconds
                state.changedAt = state.changedAt.filter { $0.value > oldest }
            }
            if state.changedAt.count >= Self.maxChanges {
                state.allChangedAt = now
                state.changedAt = [:]
            }
            state.changedAt[change] = now
        }
    }

    /// Bytes of all that is kept.
    var byteCount: Int { state.withLock { $0.memory.bytes } }
}
