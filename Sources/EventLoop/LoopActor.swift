/// An actor that lives on an event loop, which is its executor.
public protocol LoopActor: Actor {
    /// Where its code runs; ``unownedExecutor`` is this one's.
    nonisolated var loop: EventLoop { get }
}

extension LoopActor {
    /// Runs `body` on the actor, for code that is on its loop already: `assumeIsolated(_:)`, whose check asks the runtime for the current
    /// task and its executor, which on the hot path adds up to a thirtieth of a call. This one compares the thread's loop.
    ///
    /// - Precondition: The calling thread is the loop's.
    /// - Throws: What `body` throws.
    @inlinable
    public nonisolated func assumeOnLoop<Result: Sendable>(
        _ body: (isolated Self) throws -> Result
    ) rethrows -> Result {
        loop.checkIsolated()
        // As the standard library does it: isolation is no part of how a function is called.
        return try withoutActuallyEscaping(body) { body in
            try unsafeBitCast(body, to: ((Self) throws -> Result).self)(self)
        }
    }
}
