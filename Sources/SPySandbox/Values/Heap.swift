/// Where the objects of one run live: what they cost, how they are released, and how cycles end.
///
/// Objects are reference counted. A cycle (a list that holds itself, a function that knows itself through its closure)
/// lives until the run ends; ``tearDown()`` then empties every container that is left. Belongs to one thread.
final class Heap {
    let meter: Meter
    /// How many releases of containers stand in each other at this moment.
    private var releaseDepth = 0
    /// What deep containers held, to be released one after another.
    private var deferred: [[Value]] = []
    /// Head of the list of all living containers.
    fileprivate unowned(unsafe) var firstContainer: Container?

    /// Deeper than this, releasing a chain of containers becomes a loop, as each level of recursion takes stack.
    private static let largestReleaseDepth = 32

    init(meter: Meter) {
        self.meter = meter
    }

    /// Whether a dying container may drop what it holds right now; ``endRelease()`` must follow. If not, it hands it to
    /// ``deferRelease(_:)``.
    @inline(__always)
    func beginRelease() -> Bool {
        if releaseDepth >= Self.largestReleaseDepth { return false }
        releaseDepth &+= 1
        return true
    }

    @inline(__always)
    func endRelease() {
        if releaseDepth == 1, !deferred.isEmpty { releaseDeferred() }
        releaseDepth &-= 1
    }

    func deferRelease(_ values: [Value]) { deferred.append(values) }

    /// Releases what a dying container held, without recursing deeper than the stack allows.
    ///
    /// The array must be the only one to hold the values, or they die elsewhere, where nobody counts the depth.
    func release(_ values: inout [Value]) {
        if beginRelease() {
            values = []
            endRelease()
        } else {
            deferRelease(values)
            values = []
        }
    }

    private func releaseDeferred() {
        while let next = deferred.popLast() { _ = consume next }
    }

    /// Bytes that were taken although the budget was spent: who makes small objects cannot fail, but the run stops at
    /// the next check.
    private(set) var owedBytes = 0

    /// Takes the bytes of a small object.
    @inline(__always)
    func debit(_ bytes: Int) {
        do throws(EngineError) { try meter.charge(bytes: bytes) } catch { owedBytes &+= bytes }
    }

    /// Gives back what ``debit(_:)`` took.
    @inline(__always)
    func credit(_ bytes: Int) {
        if owedBytes > 0 { settle(bytes) } else { meter.refund(bytes: bytes) }
    }

    private func settle(_ bytes: Int) {
        let settled = min(owedBytes, bytes)
        owedBytes -= settled
        meter.refund(bytes: bytes - settled)
    }

    /// Takes the steps of a search through a sparse table, which cannot fail; where none are left, the next charge does.
    @inline(__always)
    func debit(searched slots: Int) {
        guard slots > 64 else { return }
        do throws(EngineError) { try meter.charge(steps: slots / 16) } catch {}
    }

    /// Stops a run that owes bytes.
    @inline(__always)
    func check() throws(EngineError) {
        if owedBytes > 0 { throw .budgetExceeded(BudgetExceeded(budget: .memory, limit: meter.limits.bytes)) }
    }

    /// Empties all containers, so that nothing of the run stays behind.
    func tearDown() {
        while let container = firstContainer {
            container.unlink()
            container.clear()
        }
    }
}

/// Anything that lives behind a reference.
class Object {
    let kind: Kind
    unowned(unsafe) let heap: Heap

    /// What an object counts for, beside its elements.
    static let overhead = 64

    init(_ kind: Kind, _ heap: Heap) {
        self.kind = kind
        self.heap = heap
        heap.debit(Object.overhead)
    }

    deinit { heap.credit(Object.overhead) }
}

/// An object that can hold others and so be part of a cycle.
class Container: Object {
    fileprivate unowned(unsafe) var previous: Container?
    fileprivate unowned(unsafe) var next: Container?
    private var isLinked = true

    override init(_ kind: Kind, _ heap: Heap) {
        super.init(kind, heap)
        next = heap.firstContainer
        next?.previous = self
        heap.firstContainer = self
    }

    deinit { unlink() }

    /// Drops everything that the container holds; called at the end of a run only.
    func clear() {}

    fileprivate func unlink() {
        guard isLinked else { return }
        isLinked = false
        if let previous { previous.next = next } else { heap.firstContainer = next }
        next?.previous = previous
        previous = nil
        next = nil
    }
}
