internal import Synchronization

/// What one run may still spend. Everything in the sandbox whose cost is not bounded by a small constant charges here
/// *before* it works or allocates, so that a run stops at its budget and not after it.
///
/// A step is roughly one evaluation of a small expression (some tens of nanoseconds); engines charge their inner
/// loops in that unit. Bytes are those of results and of large scratch space; the owner of a value may `refund` them
/// when the value dies. The charges depend on the input alone, so equal inputs stop at equal places.
///
/// A meter belongs to one run on one thread; only its `stop` signal may be touched from elsewhere.
final class Meter {
    /// The budgets that the run began with.
    let limits: Limits
    /// Stops the run from another thread at its next charge.
    let stop: StopSignal

    private(set) var stepsLeft: Int
    private(set) var bytesLeft: Int

    init(limits: Limits = Limits(), stop: StopSignal = StopSignal()) {
        self.limits = limits
        self.stop = stop
        self.stepsLeft = limits.steps
        self.bytesLeft = limits.bytes
    }

    /// Steps charged so far.
    var stepsSpent: Int { limits.steps - stepsLeft }
    /// Bytes charged and not refunded.
    var bytesHeld: Int { limits.bytes - bytesLeft }

    /// Takes `count` steps, or throws and leaves none.
    @inline(__always)
    func charge(steps count: Int) throws(EngineError) {
        stepsLeft &-= count
        if stepsLeft < 0 || stop.isRequested { try refuseSteps() }
    }

    /// Takes `count` bytes, or throws and leaves the rest untouched, as the allocation will not take place.
    @inline(__always)
    func charge(bytes count: Int) throws(EngineError) {
        guard count <= bytesLeft else { throw .budgetExceeded(.init(budget: .memory, limit: limits.bytes)) }
        bytesLeft &-= count
    }

    /// Gives back bytes that were charged for something that no longer exists.
    @inline(__always)
    func refund(bytes count: Int) {
        bytesLeft = min(bytesLeft &+ count, limits.bytes)
    }

    /// Throws if an integer of `bits` bits would be larger than the run may hold.
    func checkInteger(bits: Int) throws(EngineError) {
        guard bits <= limits.integerBits else {
            throw .budgetExceeded(.init(budget: .integerSize, limit: limits.integerBits))
        }
    }

    private func refuseSteps() throws(EngineError) {
        guard stepsLeft >= 0 else {
            stepsLeft = 0
            throw .budgetExceeded(.init(budget: .steps, limit: limits.steps))
        }
        throw .stopped
    }
}

extension Meter {
    /// The budgets of a run.
    struct Limits: Sendable, Equatable {
        /// Units of work.
        var steps = 10_000_000
        /// Bytes held by values.
        var bytes = 256 << 20
        /// Bits of the largest integer, without its sign.
        var integerBits = 1 << 20
        /// Nested calls, and nesting inside an engine such as JSON.
        var depth = 200
        /// Bytes of printed output.
        var outputBytes = 1 << 20
    }
}

/// A request to stop, made from any thread, obeyed at the next charge.
final class StopSignal: Sendable {
    private let requested = Atomic<Bool>(false)

    init() {}

    /// Asks the run to stop.
    func request() { requested.store(true, ordering: .relaxed) }

    /// Whether someone asked.
    @inline(__always)
    var isRequested: Bool { requested.load(ordering: .relaxed) }
}
