import Glibc

/// Holds a thread of an upstream until the test lets it go on; once open, it stays so.
final class DispatchGate: @unchecked Sendable {
    /// A semaphore that threads wait at (sem_overview(7)); it has an address of its own for as long as the gate lives.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Waits on the calling thread.
    func wait() {
        while sem_wait(semaphore) != 0 {}
        sem_post(semaphore)
    }

    func open() { sem_post(semaphore) }
}
