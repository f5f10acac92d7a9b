internal import Glibc
internal import Synchronization

/// A server of this machine, with a thread for each client.
package final class LocalServer: Sendable {
    private struct State {
        var open: [Int32] = []
        var accepted = 0
        var isStopped = false
    }

    package let port: UInt16
    private let listener: LocalListener
    private let serve: @Sendable (Int32, UInt16) -> Void
    private let state = Mutex(State())

    /// - Parameter serve: Run for each client's socket on a thread of its own, with this server's port; the socket is closed
    ///   afterwards.
    package init(_ serve: @escaping @Sendable (_ descriptor: Int32, _ port: UInt16) -> Void) throws {
        self.serve = serve
        listener = try LocalListener()
        port = listener.port
        Self.detach { [self] in acceptAll() }
    }

    /// How many clients have come.
    package var accepted: Int { state.withLock { $0.accepted } }

    /// Lets nobody in any more, and ends what is read from and written to each client.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        listener.shutdown()
    }

    private func acceptAll() {
        // Here and not in stop(): until accept(2) is called, the number could be another listener's, whose clients it took.
        defer { listener.close() }
        while true {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            state.withLock { state in
                state.open.append(descriptor)
                state.accepted += 1
                if state.isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
            }
            Self.detach { [self] in
                serve(descriptor, port)
                state.withLock { state in state.open.removeAll { $0 == descriptor } }
                close(descriptor)
            }
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func detach(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(Body(body)).toOpaque()
        )
        pthread_detach(thread)
    }
}
