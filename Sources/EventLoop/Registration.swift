/// A descriptor that a loop watches. Belongs to the loop's thread; whoever registered the descriptor closes it.
public final class Registration {
    let descriptor: Int32
    let slot: UInt32
    let handler: (Readiness) -> Void
    private unowned let loop: EventLoop
    private(set) var isCancelled = false

    /// What its owner wants to be told of; setting it costs a system call where it changes.
    public var interest: Interest {
        didSet {
            guard interest != oldValue, !isCancelled else { return }
            loop.updateInterest(of: self)
        }
    }

    init(
        loop: EventLoop,
        descriptor: Int32,
        slot: UInt32,
        interest: Interest,
        handler: @escaping (Readiness) -> Void
    ) {
        self.loop = loop
        self.descriptor = descriptor
        self.slot = slot
        self.interest = interest
        self.handler = handler
    }

    /// Stops watching. The handler is not called again, not even for an event of this turn. Call it before closing
    /// the descriptor. Idempotent.
    public func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        loop.deregister(self)
    }
}
