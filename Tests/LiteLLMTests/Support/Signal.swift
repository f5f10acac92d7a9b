import Glibc
import Synchronization

/// Something that happens once: told by a thread or a task, awaited by a task or a thread.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let isFired = Mutex(false)

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func fire() {
        isFired.withLock { $0 = true }
        continuation.yield()
    }

    /// One task.
    func wait() async { for await _ in stream { return } }

    /// A thread of a scripted upstream.
    func block() { while !isFired.withLock({ $0 }) { usleep(500) } }
}
