import EventLoop
import Testing

@testable import Postgres

@Suite struct StatementGatheringTests {
    private typealias Gathering = StatementGathering<Int, String>

    /// A gathering whose groups are all under way, those of reads 1 to `groups`.
    private func busy(groups: Int = 1, members: Int = 3, waiters: Int = 10) -> Gathering {
        var gathering = Gathering(limits: .init(groups: groups, members: members, waiters: waiters))
        for read in 1...groups { #expect(gathering.arrive(read, "a") == .goes) }
        return gathering
    }

    @Test func readsGoByThemselvesWhileFewAreUnderWay() {
        var gathering = busy(groups: 2)
        #expect(gathering.arrive(3, "a") == .waits)
        #expect(gathering.groupEnded() == [3])
        #expect(gathering.groupEnded().isEmpty)
        #expect(gathering.groupEnded().isEmpty)
        #expect(gathering.groupCount == 0)
        #expect(gathering.arrive(4, "a") == .goes)
    }

    @Test func thoseInLineGoTogetherInTheirOrderAndNoMoreThanAllowed() {
        var gathering = busy(members: 3)
        for read in 2...6 { #expect(gathering.arrive(read, "a") == .waits) }
        #expect(gathering.groupEnded() == [2, 3, 4])
        #expect(gathering.groupEnded() == [5, 6])
        #expect(gathering.groupEnded().isEmpty)
    }

    @Test func onlyReadsWithTheSameOpeningGoTogether() {
        var gathering = busy(members: 3)
        for (read, opening) in [(2, "b"), (3, "a"), (4, "b"), (5, "a")] {
            #expect(gathering.arrive(read, opening) == .waits)
        }
        #expect(gathering.groupEnded() == [2, 4])
        #expect(gathering.groupEnded() == [3, 5])
    }

    @Test func aFullLineRefuses() {
        var gathering = busy(waiters: 2)
        #expect(gathering.arrive(2, "a") == .waits)
        #expect(gathering.arrive(3, "a") == .waits)
        #expect(gathering.arrive(4, "a") == .refused)
        #expect(gathering.groupEnded() == [2, 3])
        #expect(gathering.arrive(5, "a") == .waits)
    }

    @Test func whoHasLeftIsNotTakenAlong() {
        var gathering = busy()
        for read in 2...4 { #expect(gathering.arrive(read, "a") == .waits) }
        var hasLeft = gathering.leave(3)
        #expect(hasLeft)
        #expect(gathering.groupEnded() == [2, 4])
        hasLeft = gathering.leave(2)
        #expect(!hasLeft, "it is under way")
    }

    /// Whatever happens in whatever order: each read goes once or leaves, and the limits hold.
    @Test(arguments: 0..<50) func nobodyIsForgottenUnderRandomEvents(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var gathering = Gathering(limits: .init(groups: 3, members: 4, waiters: 12))
        var openings: [Int: String] = [:]
        var (waiting, groups) = (Set<Int>(), 0)
        for read in 0..<1_000 {
            switch random.next() % 8 {
            case 0...4:
                let opening = ["a", "b", "c"][Int(random.next() % 3)]
                openings[read] = opening
                switch gathering.arrive(read, opening) {
                case .goes: groups += 1
                case .waits: waiting.insert(read)
                case .refused: #expect(waiting.count == 12)
                }
            case 5:
                guard let read = waiting.min() else { continue }
                let hasLeft = gathering.leave(read)
                #expect(hasLeft)
                waiting.remove(read)
            default:
                guard groups > 0 else { continue }
                let group = gathering.groupEnded()
                #expect(group.first == waiting.min(), "the first in line leads")
                #expect(group.count <= 4 && Set(group.map { openings[$0] }).count <= 1)
                #expect(waiting.isSuperset(of: group))
                waiting.subtract(group)
                if group.isEmpty { groups -= 1 }
            }
            #expect(gathering.waitingCount == waiting.count && gathering.groupCount == groups)
            #expect(groups <= 3 && (waiting.isEmpty || groups == 3), "nobody waits for nothing")
        }
    }
}
