internal import FoundationEssentials
internal import ServiceKit
internal import Synchronization

/// What the next updates of processes build upon: the latest versions, as this instance wrote them, taken apart.
///
/// Of all loops together: a proxy brings the next update of a process to any of them, and to read and take apart anew what another loop
/// has just made costs as much as the update itself. Derived data, never believed more than the database: others may have written
/// since, which the statement that writes the next version finds out. From any thread.
final class UpdateBases: Sendable {
    private let memory: Mutex<ByteCache<VersionCache.ProcessKey, UpdateBase>>

    /// Bytes that an entry takes beside its texts.
    private static let overhead = 512

    /// - Parameter bytes: Of all of them together.
    init(bytes: Int) { memory = Mutex(ByteCache(limit: bytes)) }

    /// The latest version of a process when this instance wrote it last.
    subscript(process: VersionCache.ProcessKey) -> UpdateBase? { memory.withLock { $0.value(process) } }

    /// Keeps a version that was just written; of two, the later one.
    func keep(_ base: UpdateBase, for process: VersionCache.ProcessKey) {
        let bytes = base.bytes + Self.overhead
        memory.withLock {
            if let known = $0.peek(process), known.head.version > base.head.version { return }
            $0.insert(base, for: process, bytes: bytes)
        }
    }

    /// What is known of a process is out of date.
    func forget(_ process: VersionCache.ProcessKey) { memory.withLock { $0.remove(process) } }
}
