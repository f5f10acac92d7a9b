import Testing

@testable import GRPCNghttp2

@Suite struct FloodMachineTests {
    private static let second: Int64 = 1_000_000_000

    @Test(arguments: FloodMachine.Kind.allCases)
    func aFloodOfAnyKindEndsWithinItsCapacity(kind: FloodMachine.Kind) {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        var count: Int64 = 0
        while machine.spend(kind, now: 0), count < 100_000 { count += 1 }
        #expect(count == 10_000 / kind.cost)
    }

    @Test func requestsThatAreOpenedAndAbandonedAtOnceAreAFlood() {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        var count = 0
        // 100,000 a second, which is what rapid reset looks like.
        while count < 100_000 {
            machine.productive()
            guard machine.spend(.abandonedRequest, now: Int64(count) * 10_000) else { break }
            count += 1
        }
        #expect((1_000..<1_200).contains(count))
    }

    @Test func aRateWithinTheRefillIsBorneForEver() {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        for count in Int64(0)..<1_000_000 {
            guard machine.spend(.priority, now: count * 1_000_000) else {
                Issue.record("refused frame \(count)")
                return
            }
        }
    }

    @Test func windowUpdatesForEachMessageOfAFastStreamCostNothing() {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        // 200,000 messages a second for ten seconds, each answered with two updates and every tenth with a PING.
        for count in Int64(0)..<2_000_000 {
            let now = count * 5_000
            machine.dataSent()
            var isBorne = machine.spend(.windowUpdate, now: now) && machine.spend(.windowUpdate, now: now)
            if count % 10 == 0 { isBorne = isBorne && machine.spend(.ping, now: now) }
            guard isBorne else {
                Issue.record("refused at message \(count)")
                return
            }
        }
        #expect(machine.remaining >= 9_000)
    }

    @Test func updatesThatComeTogetherAfterAWindowFullOfSmallMessagesCostNothing() {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        for _ in 0..<400_000 { machine.dataSent() }
        for count in 0..<800_000 {
            guard machine.spend(.windowUpdate, now: 0) else {
                Issue.record("refused update \(count)")
                return
            }
        }
        #expect(machine.remaining == 10_000)
    }

    @Test func aCreditSavedUpForLongIsBounded() {
        var machine = FloodMachine(limits: FloodLimits(capacity: 10_000, refillPerSecond: 1_000))
        machine.dataSent(2_000_000)
        var count: Int64 = 0
        while machine.spend(.windowUpdate, now: 0) { count += 1 }
        #expect(count == FloodMachine.updateCreditLimit + 10_000)
    }

    @Test func extremeLimitsAndTimesDoNotTrap() {
        for (capacity, refill) in [(0, 0), (-1, -1), (.max, .max), (1, .max), (.max, 1)] {
            var machine = FloodMachine(limits: FloodLimits(capacity: capacity, refillPerSecond: refill))
            for now in [Int64.max, 0, .max, 1] { _ = machine.spend(.priority, now: now) }
            machine.productive()
            machine.dataSent()
            machine.dataSent(.max)
            machine.dataSent(.min)
        }
    }

    @Test(arguments: 0..<50)
    func whatIsBorneNeverExceedsCapacityRefillAndWhatWasEarned(seed: UInt64) {
        var random = SplitMix(state: seed)
        let limits = FloodLimits(
            capacity: Int.random(in: 1...200, using: &random),
            refillPerSecond: Int.random(in: 1...200, using: &random)
        )
        var machine = FloodMachine(limits: limits)
        var now: Int64 = 0
        var spent: Int64 = 0
        var earned: Int64 = 0
        var sent: Int64 = 0
        var updates: Int64 = 0
        for _ in 0..<5_000 {
            now += Int64.random(in: 0...Self.second / 100, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                machine.productive()
                earned += FloodMachine.productiveRefill
            case 1:
                machine.dataSent()
                earned += FloodMachine.sentRefill
                sent += 1
            default:
                guard let kind = FloodMachine.Kind.allCases.randomElement(using: &random) else { continue }
                let before = machine.remaining
                let isBorne = machine.spend(kind, now: now)
                if isBorne, kind == .windowUpdate { updates += 1 } else if isBorne { spent += kind.cost }
                // A refusal takes nothing, and only an empty bucket refuses.
                if !isBorne { #expect(machine.remaining >= before && Int64(machine.remaining) < kind.cost) }
            }
            #expect((0...limits.capacity).contains(machine.remaining))
        }
        let refilled = Int64(limits.refillPerSecond) * now / Self.second + 1
        let paidUpdates = max(0, updates - sent * FloodMachine.updatesPerSent)
        #expect(spent + paidUpdates <= Int64(limits.capacity) + refilled + earned)
    }
}
