import Testing

@testable import EventLoop

@Suite struct TimerHeapTests {
    @Test func dueDeadlinesComeInOrderAndTiesByAge() {
        var heap = TimerHeap<String>()
        _ = heap.add(deadline: 30, payload: "c")
        _ = heap.add(deadline: 10, payload: "a")
        _ = heap.add(deadline: 10, payload: "b")
        #expect(heap.nextDeadline() == 10)
        #expect(heap.popDue(at: 9) == nil)
        #expect(heap.popDue(at: 30) == "a")
        #expect(heap.popDue(at: 30) == "b")
        #expect(heap.popDue(at: 30) == "c")
        #expect(heap.popDue(at: 30) == nil)
    }

    @Test func cancelledEntriesDoNotPileUp() {
        var heap = TimerHeap<Int>()
        for number in 0..<100_000 {
            let entry = heap.add(deadline: Int64(number), payload: number)
            heap.cancel(entry)
            heap.cancel(entry)
        }
        #expect(heap.liveCount == 0)
        #expect(heap.heldCount < 200)
    }

    @Test(arguments: 0..<20) func agreesWithASortedList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var heap = TimerHeap<Int>()
        var entries: [(TimerHeap<Int>.Entry, deadline: Int64, id: Int)] = []
        for id in 0..<2_000 {
            switch random.next() % 4 {
            case 0, 1:
                let deadline = Int64(random.next() % 500)
                entries.append((heap.add(deadline: deadline, payload: id), deadline, id))
            case 2:
                guard !entries.isEmpty else { continue }
                let index = Int(random.next() % UInt64(entries.count))
                heap.cancel(entries.remove(at: index).0)
            default:
                let now = Int64(random.next() % 500)
                let expected = entries.filter { $0.deadline <= now }
                    .min { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
                #expect(heap.popDue(at: now) == expected?.id)
                entries.removeAll { $0.id == expected?.id }
            }
            #expect(heap.liveCount == entries.count)
            #expect(heap.nextDeadline() == entries.map(\.deadline).min())
        }
    }
}

/// A small seeded generator (SplitMix64), so that a failing case can be had again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
