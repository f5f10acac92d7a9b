import Testing

@testable import GRPCNghttp2

@Suite struct WaitingCallsTests {
    private func call(_ number: Int = 0) -> WaitingCalls.Call {
        WaitingCalls.Call(maxResponseBytes: number, waitsForReady: false) { _ in }
    }

    private func add(_ call: WaitingCalls.Call, to waiting: inout WaitingCalls) -> Bool {
        waiting.append(call, as: waiting.makeID())
    }

    @Test func theyComeOutInTheirOrder() {
        var waiting = WaitingCalls(limit: 10)
        for number in 0..<5 { #expect(add(call(number), to: &waiting)) }
        var numbers: [Int] = []
        while let (_, call) = waiting.popFirst() { numbers.append(call.maxResponseBytes) }
        #expect(numbers == [0, 1, 2, 3, 4])
        #expect(waiting.isEmpty)
    }

    @Test func noMoreWaitThanAllowedAndALeaversPlaceIsFree() {
        var waiting = WaitingCalls(limit: 2)
        let first = waiting.makeID()
        _ = waiting.append(call(), as: first)
        #expect(add(call(), to: &waiting))
        #expect(add(call(), to: &waiting) == false)
        #expect(waiting.remove(first) != nil)
        #expect(waiting.remove(first) == nil)
        #expect(add(call(), to: &waiting))
        #expect(waiting.count == 2)
    }

    @Test func thoseWhoArePutBackAreFirstAgainAndMayStillLeave() {
        var waiting = WaitingCalls(limit: 10)
        for number in 0..<4 { #expect(add(call(number), to: &waiting)) }
        let taken = (0..<2).compactMap { _ in waiting.popFirst() }
        waiting.putBack(taken)
        #expect(waiting.remove(taken[0].id)?.maxResponseBytes == 0)
        #expect(waiting.popFirst()?.call.maxResponseBytes == 1)
        #expect(waiting.popFirst()?.call.maxResponseBytes == 2)
        #expect(waiting.count == 1)
    }

    /// Against a plain array, by seeded events; and nothing is kept of those who left.
    @Test(arguments: 0..<20)
    func itIsAQueue(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var waiting = WaitingCalls(limit: 50)
        var model: [(id: WaitingCalls.ID, number: Int)] = []
        for number in 0..<3_000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let id = waiting.makeID()
                let isTaken = waiting.append(call(number), as: id)
                #expect(isTaken == (model.count < 50))
                if isTaken { model.append((id, number)) }
            case 5..<7:
                let first = waiting.popFirst()
                #expect(first?.call.maxResponseBytes == model.first?.number)
                if !model.isEmpty { model.removeFirst() }
            case 7:
                let taken = (0..<3).compactMap { _ in waiting.popFirst() }
                #expect(taken.map(\.id) == model.prefix(3).map(\.id))
                waiting.putBack(taken)
            default:
                guard let leaver = model.randomElement(using: &generator) else { continue }
                #expect(waiting.remove(leaver.id)?.maxResponseBytes == leaver.number)
                model.removeAll { $0.id == leaver.id }
            }
            #expect(waiting.count == model.count)
        }
    }
}
