/// A call that a loop makes once, later. Belongs to the loop's thread.
public struct Timer {
    private let entry: TimerHeap<() -> Void>.Entry
    private unowned let loop: EventLoop

    init(entry: TimerHeap<() -> Void>.Entry, loop: EventLoop) {
        self.entry = entry
        self.loop = loop
    }

    /// Makes sure that the call is not made any more. Costs O(1), amortised. Idempotent.
    public func cancel() {
        loop.cancelTimer(entry)
    }
}
