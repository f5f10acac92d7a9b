import TestSupport
import Testing

@testable import LiteLLM

@Suite struct AdmissionMachineTests {
    private typealias Machine = AdmissionMachine<String, Int>
    private static let second: Int64 = 1_000_000_000

    private func limits(_ change: (inout AdmissionLimits) -> Void = { _ in }) -> AdmissionLimits {
        var limits = AdmissionLimits()
        limits.organization = .init(callsPerMinute: 60, burst: 2, concurrent: 10, waiting: 100)
        limits.overall = .init(callsPerMinute: 6_000, burst: 1_000, concurrent: 1_000, waiting: 1_000)
        limits.longestWait = .seconds(20)
        change(&limits)
        return limits
    }

    private func admitted(_ actions: [Machine.Action]) -> [Int] {
        actions.compactMap { if case .admit(let caller) = $0 { caller } else { nil } }
    }

    private func refused(_ actions: [Machine.Action]) -> [Int] {
        actions.compactMap { if case .refuse(let caller, _) = $0 { caller } else { nil } }
    }

    private func wake(_ actions: [Machine.Action]) -> Int64? {
        for case .wakeLater(let nanoseconds) in actions { return nanoseconds }
        return nil
    }

    @Test func aBurstBeginsAtOnceAndTheRestByTheRate() {
        var machine = Machine(limits())
        #expect(machine.ask(1, of: "a", now: 0) == [.admit(1)])
        #expect(machine.ask(2, of: "a", now: 0) == [.admit(2)])
        #expect(machine.ask(3, of: "a", now: 0) == [.wakeLater(nanoseconds: Self.second)])
        #expect(machine.ask(4, of: "a", now: 0) == [.wakeLater(nanoseconds: Self.second)])
        #expect(admitted(machine.due(now: Self.second - 1)).isEmpty)
        #expect(machine.due(now: Self.second) == [.admit(3), .wakeLater(nanoseconds: Self.second)])
        #expect(machine.due(now: 2 * Self.second) == [.admit(4)])
        #expect(machine.waiting == 0 && machine.running == 4)
    }

    @Test func whoWouldWaitForTooLongIsToldAtOnceAndWhen() {
        var machine = Machine(limits { $0.longestWait = .seconds(2) })
        for caller in 1...4 { _ = machine.ask(caller, of: "a", now: 0) }
        #expect(machine.ask(5, of: "a", now: 0) == [.refuse(5, retryAfter: 3 * Self.second)])
        // Another organization is not concerned.
        #expect(admitted(machine.ask(6, of: "b", now: 0)) == [6])
    }

    @Test func aNoisyOrganizationMakesAnotherWaitForOneCallAtMost() {
        var machine = Machine(
            limits {
                $0.organization = .init(
                    callsPerMinute: 60_000,
                    burst: 1_000,
                    concurrent: 100,
                    waiting: 1_000
                )
                $0.overall.concurrent = 1
            }
        )
        for caller in 0..<500 { _ = machine.ask(caller, of: "noisy", now: 0) }
        _ = machine.ask(1_000, of: "quiet", now: 0)
        _ = machine.ask(1_001, of: "quiet", now: 0)
        var order: [Int] = []
        var last = "noisy"
        for _ in 0..<5 {
            let next = admitted(machine.finished(last, now: 1))
            #expect(next.count == 1)
            order += next
            last = (next.first ?? 0) >= 1_000 ? "quiet" : "noisy"
        }
        #expect(order.firstIndex(of: 1_000) ?? 9 <= 1 && order.firstIndex(of: 1_001) ?? 9 <= 3)
    }

    @Test func anOrganizationWithoutAllowanceIsPassedOverAndKeepsItsPlace() {
        var machine = Machine(limits { $0.overall.concurrent = 1 })
        _ = machine.ask(1, of: "a", now: 0)
        _ = machine.finished("a", now: 0)
        _ = machine.ask(2, of: "a", now: 0)
        for caller in 3...4 { _ = machine.ask(caller, of: "a", now: 0) }
        _ = machine.ask(5, of: "b", now: 0)
        #expect(admitted(machine.finished("a", now: 1)) == [5])
        #expect(admitted(machine.finished("b", now: Self.second)) == [3])
    }

    @Test func linesAreBoundedForEachAndForAll() {
        var machine = Machine(
            limits {
                $0.organization.waiting = 1
                $0.overall.waiting = 2
            }
        )
        for caller in 1...3 { _ = machine.ask(caller, of: "a", now: 0) }
        #expect(refused(machine.ask(4, of: "a", now: 0)) == [4])
        for caller in 5...7 { _ = machine.ask(caller, of: "b", now: 0) }
        #expect(admitted(machine.ask(8, of: "c", now: 0)) == [8])
        #expect(admitted(machine.ask(9, of: "c", now: 0)) == [9])
        #expect(refused(machine.ask(10, of: "c", now: 0)) == [10])
    }

    @Test func whoHasWaitedLongEnoughIsRefused() {
        var machine = Machine(
            limits {
                $0.organization.concurrent = 1
                $0.longestWait = .seconds(3)
            }
        )
        _ = machine.ask(1, of: "a", now: 0)
        #expect(machine.ask(2, of: "a", now: 0) == [.wakeLater(nanoseconds: 3 * Self.second)])
        #expect(refused(machine.due(now: 3 * Self.second)) == [2])
        #expect(machine.waiting == 0)
        #expect(machine.finished("a", now: 4 * Self.second).isEmpty)
    }

    @Test func whoLeavesMakesRoom() {
        var machine = Machine(limits { $0.organization.concurrent = 1 })
        for caller in 1...3 { _ = machine.ask(caller, of: "a", now: 0) }
        let left = [(2, "a"), (2, "a"), (1, "a"), (9, "z")].map { machine.leave($0.0, of: $0.1) }
        #expect(left == [true, false, false, false])
        #expect(admitted(machine.finished("a", now: Self.second)) == [3])
    }

    @Test func whatTheUpstreamSaysHoldsAndNoBurstFollows() {
        var machine = Machine(limits())
        machine.hold("a", until: 5 * Self.second)
        #expect(wake(machine.ask(1, of: "a", now: 0)) == 5 * Self.second)
        #expect(admitted(machine.ask(2, of: "b", now: 0)) == [2])
        machine.hold(nil, until: 6 * Self.second)
        #expect(admitted(machine.ask(3, of: "c", now: 0)).isEmpty)
        #expect(admitted(machine.due(now: 5 * Self.second)).isEmpty)
        #expect(admitted(machine.due(now: 6 * Self.second)) == [1])
        #expect(admitted(machine.due(now: 6 * Self.second + Self.second / 100)) == [3])
    }

    @Test(arguments: [1, 2, 3, 7])
    func replicasTogetherKeepToTheWhole(replicas: Int) {
        let limits = limits {
            $0.organization = .init(callsPerMinute: 120, burst: 14, concurrent: 21, waiting: 1_000)
            $0.longestWait = .seconds(600)
        }
        var admittedInAll = 0
        var running = 0
        for _ in 0..<replicas {
            var machine = Machine(limits)
            machine.share(among: replicas)
            var mine = 0
            for caller in 0..<200 { mine += admitted(machine.ask(caller, of: "a", now: 0)).count }
            running += machine.running
            var now: Int64 = 0
            while now < 60 * Self.second {
                now += Self.second / 10
                mine += admitted(machine.due(now: now)).count
                for _ in 0..<machine.running { mine += admitted(machine.finished("a", now: now)).count }
            }
            admittedInAll += mine
        }
        #expect(running <= 21)
        #expect(admittedInAll <= 120 + 14 && admittedInAll > 100)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func whateverHappensLimitsHoldAndNobodyIsForgotten(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let limits = limits {
            $0.organization = .init(callsPerMinute: 600, burst: 3, concurrent: 2, waiting: 5)
            $0.overall = .init(callsPerMinute: 1_200, burst: 5, concurrent: 4, waiting: 12)
            $0.longestWait = .seconds(2)
        }
        var machine = Machine(limits)
        var now: Int64 = 0
        var waiting: [Int: String] = [:]
        var running: [String] = []
        var begun: [Int64] = []
        func note(_ actions: [Machine.Action]) {
            for action in actions {
                switch action {
                case .admit(let caller):
                    running.append(waiting.removeValue(forKey: caller) ?? "?")
                    begun.append(now)
                case .refuse(let caller, let delay):
                    #expect(waiting.removeValue(forKey: caller) != nil && delay > 0)
                case .wakeLater: break
                }
            }
        }
        for caller in 0..<5_000 {
            now += Int64.random(in: 0...(Self.second / 5), using: &random)
            note(machine.due(now: now))
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !running.isEmpty:
                let ended = running.remove(at: Int.random(in: running.indices, using: &random))
                note(machine.finished(ended, now: now))
            case 1:
                if let (caller, organization) = waiting.min(by: { $0.key < $1.key }) {
                    let hasLeft = machine.leave(caller, of: organization)
                    #expect(hasLeft)
                    waiting[caller] = nil
                }
            default:
                let organization = "o\(Int.random(in: 0..<400, using: &random) % 4)"
                waiting[caller] = organization
                note(machine.ask(caller, of: organization, now: now))
            }
            #expect(!running.contains("?") && running.count == machine.running && running.count <= 4)
            #expect(Dictionary(grouping: running, by: \.self).values.allSatisfy { $0.count <= 2 })
            #expect(waiting.count == machine.waiting && waiting.count <= 12)
        }
        // In any ten seconds no more than the rate and one burst.
        for (index, start) in begun.enumerated() {
            let within = begun[index...].prefix { $0 < start + 10 * Self.second }.count
            #expect(within <= 200 + 5)
        }
    }

    @Test func organizationsThatAreAsNewAreForgotten() {
        var machine = Machine(limits())
        for caller in 0..<10_000 {
            let now = Int64(caller) * Self.second
            #expect(admitted(machine.ask(caller, of: "o\(caller)", now: now)) == [caller])
            _ = machine.finished("o\(caller)", now: now)
        }
        #expect(machine.partyCount <= 512)
    }
}
