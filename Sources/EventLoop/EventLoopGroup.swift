internal import Glibc
internal import Synchronization

/// A number of loops, started and stopped together.
public final class EventLoopGroup: Sendable {
    /// The loops, in the order of their threads' names.
    public let loops: [EventLoop]
    private let cursor = Atomic<Int>(0)

    /// The processors that this machine has online (sysconf(3)).
    public static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Makes the loops; none runs before ``start()``.
    ///
    /// - Parameters:
    ///   - count: How many, at least one.
    ///   - configuration: Each loop's limits; its number is added to the name.
    /// - Throws: `EventLoopError` where the kernel has no descriptor left.
    public init(
        count: Int = EventLoopGroup.coreCount,
        configuration: EventLoop.Configuration = .init()
    ) throws(EventLoopError) {
        precondition(count > 0, "a group has at least one loop")
        var loops: [EventLoop] = []
        for number in 0..<count {
            var own = configuration
            own.name += "-\(number)"
            loops.append(try EventLoop(configuration: own))
        }
        self.loops = loops
    }

    /// Starts every loop's thread.
    ///
    /// - Throws: `EventLoopError` where no thread is to be had.
    public func start() throws(EventLoopError) {
        for loop in loops { try loop.start() }
    }

    /// Stops every loop and waits for each (``EventLoop/shutdown()``).
    public func shutdown() async {
        for loop in loops { await loop.shutdown() }
    }

    /// The caller's own loop where it is one of these, so that work stays on its thread; the next in turn otherwise.
    public func next() -> EventLoop {
        if let current = EventLoop.current, loops.contains(where: { $0 === current }) { return current }
        let ticket = cursor.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(bitPattern: UInt(bitPattern: ticket) % UInt(loops.count))]
    }
}
