internal import EventLoop
internal import Glibc

/// A TCP socket on an event loop, for code that reads top to bottom: each verb waits until it is done, or its time is over.
///
/// One task uses it at a time. It owns the descriptor and closes it at the latest with itself.
actor LoopSocket: LoopActor {
    /// Why a verb was not done.
    enum Failure: Error, Equatable {
        /// Its time was over.
        case timedOut
        /// The socket, or the peer, is no more. With errno where the kernel gave one.
        case closed(Int32)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var descriptor: Int32
    private var waiter: CheckedContinuation<Void, any Error>?
    private var registration: Registration?
    private var timer: Timer?

    /// Takes a non-blocking descriptor over.
    init(owning descriptor: Int32, loop: EventLoop) {
        self.descriptor = descriptor
        self.loop = loop
    }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    /// Closes the socket; whoever waits gets an error. Idempotent.
    func close() {
        guard descriptor >= 0 else { return }
        wake(.failure(Failure.closed(0)))
        // EINTR closes the descriptor too, on Linux (close(2)).
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    /// What has come, at least a byte and at most `limit`; nothing at the peer's end.
    func receive(atMost limit: Int, within time: Duration) async throws -> [UInt8] {
        while true {
            guard descriptor >= 0 else { throw Failure.closed(0) }
            var reason: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
                let received = recv(descriptor, buffer.baseAddress, limit, 0)
                reason = received < 0 ? errno : 0
                count = max(0, received)
            }
            switch reason {
            case 0: return bytes
            case EINTR: continue
            case EAGAIN: try await wait(for: .readable, within: time)
            default: throw Failure.closed(reason)
            }
        }
    }

    /// Sends all of it.
    func send(_ bytes: [UInt8], within time: Duration) async throws {
        var sent = 0
        while sent < bytes.count {
            guard descriptor >= 0 else { throw Failure.closed(0) }
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor,
                    buffer.baseAddress.map { $0 + sent },
                    bytes.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count >= 0 {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: try await wait(for: .writable, within: time)
            case let reason: throw Failure.closed(reason)
            }
        }
    }

    /// Ends our side, and reads away what the peer still sends, so often and each time so long at most.
    func drain(reads: Int, within time: Duration) async {
        guard descriptor >= 0, shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return }
        for _ in 0..<reads {
            guard let bytes = try? await receive(atMost: 4_096, within: time), !bytes.isEmpty else { return }
        }
    }

    /// The next connection's descriptor, non-blocking; nil where it went before it came, or no descriptor is left.
    func accept() async throws -> Int32? {
        while true {
            guard descriptor >= 0 else { throw Failure.closed(0) }
            let accepted = Glibc.accept(descriptor, nil, nil)
            if accepted >= 0 {
                // accept4(2), which would do this by itself, is not part of Swift's Glibc.
                _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                return accepted
            }
            switch errno {
            case EAGAIN: try await wait(for: .readable, within: nil)
            case EINTR, ECONNABORTED: continue
            case EBADF, EINVAL, ENOTSOCK: throw Failure.closed(errno)
            default: return nil
            }
        }
    }

    /// Registered for one wait only: a peer that hangs up while nobody waits would otherwise keep the loop busy.
    private func wait(for interest: Interest, within time: Duration?) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                do {
                    registration = try loop.register(descriptor, interest: interest) { [unowned self] _ in
                        self.assumeOnLoop { $0.wake(.success(())) }
                    }
                } catch {
                    return continuation.resume(throwing: error)
                }
                waiter = continuation
                if let time {
                    timer = loop.schedule(after: time) { [weak self] in
                        self?.assumeOnLoop { $0.wake(.failure(Failure.timedOut)) }
                    }
                }
            }
        } onCancel: {
            loop.execute { [weak self] in self?.assumeOnLoop { $0.wake(.failure(CancellationError())) } }
        }
    }

    private func wake(_ result: Result<Void, any Error>) {
        guard let waiter else { return }
        self.waiter = nil
        registration?.cancel()
        registration = nil
        timer?.cancel()
        timer = nil
        waiter.resume(with: result)
    }
}
