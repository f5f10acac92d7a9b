internal import CEpoll
internal import Glibc

/// Threads of the operating system.
enum Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that nobody joins: who needs its end waits for what `body` does last.
    static func detach(name: String, _ body: @escaping @Sendable () -> Void) throws(EventLoopError) {
        var thread = pthread_t()
        // The new thread takes this reference over.
        let box = Unmanaged.passRetained(
            Body {
                cepoll_name_thread(name)
                body()
            }
        )
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            box.toOpaque()
        )
        guard result == 0 else {
            box.release()
            throw .system("pthread_create", result)
        }
        pthread_detach(thread)
    }
}
