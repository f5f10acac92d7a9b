import TestSupport
import Testing

@testable import Redis

@Suite struct AnswerQueueTests {
    private func completed(_ receipt: AnswerQueue<Int>.Receipt) -> (Int?, [RedisValue])? {
        guard case .completed(let completion, let values) = receipt else { return nil }
        return (completion, values)
    }

    @Test func eachBatchGetsAsManyAnswersAsItHasCommands() {
        var queue = AnswerQueue<Int>(graceNanoseconds: 10)
        queue.append(expected: 1, deadline: 100, completion: 1)
        queue.append(expected: 2, deadline: 100, completion: 2)
        #expect(queue.count == 3)
        let first = completed(queue.receive(.integer(1)))
        #expect(first?.0 == 1 && first?.1 == [.integer(1)])
        #expect(completed(queue.receive(.integer(2))) == nil)
        let second = completed(queue.receive(.integer(3)))
        #expect(second?.0 == 2 && second?.1 == [.integer(2), .integer(3)])
        #expect(queue.isEmpty && queue.count == 0)
        guard case .unasked = queue.receive(.null) else {
            Issue.record("nobody asked")
            return
        }
    }

    @Test func whoeverIsLateLeavesItsPlaceInLine() {
        var queue = AnswerQueue<Int>(graceNanoseconds: 10)
        queue.append(expected: 1, deadline: 5, completion: 1)
        queue.append(expected: 1, deadline: 100, completion: 2)
        var look = queue.look(now: 4)
        #expect(look.expired.isEmpty && look.next == 5 && !look.isDead)
        look = queue.look(now: 5)
        #expect(look.expired == [1] && look.next == 15 && !look.isDead)
        #expect(queue.look(now: 6).expired.isEmpty, "it is told once")
        let late = completed(queue.receive(.integer(1)))
        #expect(late != nil && late?.0 == nil)
        #expect(completed(queue.receive(.integer(2)))?.0 == 2)
    }

    @Test func anAnswerThatIsFarTooLateMeansThatTheConnectionIsDead() {
        var queue = AnswerQueue<Int>(graceNanoseconds: 10)
        queue.append(expected: 1, deadline: 5, completion: 1)
        queue.append(expected: 1, deadline: 100, completion: 2)
        #expect(!queue.look(now: 14).isDead)
        #expect(queue.look(now: 15).isDead)
        #expect(queue.drain() == [2])
        #expect(queue.isEmpty && queue.look(now: .max).next == nil)
    }

    @Test func noTimeIsSoLongThatItOverflows() {
        var queue = AnswerQueue<Int>(graceNanoseconds: .max)
        queue.append(expected: 1, deadline: .max, completion: 1)
        let look = queue.look(now: .max - 1)
        #expect(!look.isDead && look.expired.isEmpty)
    }

    /// Whatever happens, each batch is told once, in order, with its own answers.
    @Test(arguments: 0..<20) func everyBatchIsToldOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = AnswerQueue<Int>(graceNanoseconds: 50)
        var expected: [Int] = []
        var told: [Int: Int] = [:]
        var now: Int64 = 0
        var answer = 0
        for batch in 0..<300 {
            now += Int64(random.below(20))
            let count = 1 + random.below(3)
            expected += Array(repeating: batch, count: count)
            queue.append(expected: count, deadline: now + Int64(random.below(60)), completion: batch)
            for completion in queue.look(now: now).expired { told[completion, default: 0] += 1 }
            for _ in 0..<random.below(4) where answer < expected.count {
                let owner = expected[answer]
                if let (completion, values) = completed(queue.receive(.integer(owner))) {
                    #expect(values.allSatisfy { $0 == .integer(owner) })
                    if let completion {
                        #expect(completion == owner)
                        told[completion, default: 0] += 1
                    }
                }
                answer += 1
            }
        }
        for completion in queue.drain() { told[completion, default: 0] += 1 }
        #expect(told.count == 300 && told.values.allSatisfy { $0 == 1 })
    }
}
