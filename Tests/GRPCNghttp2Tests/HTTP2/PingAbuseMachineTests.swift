import Testing

@testable import GRPCNghttp2

@Suite struct PingAbuseMachineTests {
    private static let minute: Int64 = 60 * 1_000_000_000

    @Test func theThirdPingThatComesTooEarlyIsOneTooMany() {
        var machine = PingAbuseMachine(policy: PingPolicy())
        #expect(machine.pingReceived(now: 0, hasCalls: true) == .allowed)
        #expect(machine.pingReceived(now: 1, hasCalls: true) == .strike)
        #expect(machine.pingReceived(now: 2, hasCalls: true) == .strike)
        #expect(machine.pingReceived(now: 3, hasCalls: true) == .goAway)
        #expect(machine.pingReceived(now: 4, hasCalls: true) == .goAway)
    }

    @Test func pingsAtTheMinimumIntervalAreAllowedForEver() {
        var machine = PingAbuseMachine(policy: PingPolicy())
        for count in 0..<10_000 {
            #expect(machine.pingReceived(now: Int64(count) * 5 * Self.minute, hasCalls: true) == .allowed)
        }
    }

    @Test func withoutCallsTwoHoursMustPassUnlessPermitted() {
        var policy = PingPolicy()
        var machine = PingAbuseMachine(policy: policy)
        #expect(machine.pingReceived(now: 0, hasCalls: false) == .allowed)
        #expect(machine.pingReceived(now: 119 * Self.minute, hasCalls: false) == .strike)
        #expect(machine.pingReceived(now: 239 * Self.minute, hasCalls: false) == .allowed)
        policy.permitsWithoutCalls = true
        machine = PingAbuseMachine(policy: policy)
        #expect(machine.pingReceived(now: 0, hasCalls: false) == .allowed)
        #expect(machine.pingReceived(now: 5 * Self.minute, hasCalls: false) == .allowed)
    }

    @Test func whatTheServerSendsForgivesEverything() {
        var machine = PingAbuseMachine(policy: PingPolicy())
        for now in Int64(0)..<10_000 {
            #expect(machine.pingReceived(now: now, hasCalls: true) == .allowed)
            machine.dataOrHeadersSent()
        }
    }

    @Test func aPolicyWithoutToleranceEndsWithTheFirst() {
        var policy = PingPolicy()
        policy.toleratedStrikes = 0
        var machine = PingAbuseMachine(policy: policy)
        #expect(machine.pingReceived(now: 0, hasCalls: true) == .allowed)
        #expect(machine.pingReceived(now: 1, hasCalls: true) == .goAway)
    }

    @Test(arguments: 0..<50)
    func aConnectionEndsExactlyAfterMoreStrikesThanAreTolerated(seed: UInt64) {
        var random = SplitMix(state: seed)
        var policy = PingPolicy()
        policy.toleratedStrikes = Int.random(in: 0...5, using: &random)
        var machine = PingAbuseMachine(policy: policy)
        var now: Int64 = 0
        var last: Int64?
        var strikes = 0
        for _ in 0..<2_000 {
            if Int.random(in: 0..<8, using: &random) == 0 {
                machine.dataOrHeadersSent()
                (last, strikes) = (nil, 0)
                continue
            }
            now += Int64.random(in: 0...6 * Self.minute, using: &random)
            let isEarly = last.map { now - $0 < 5 * Self.minute } ?? false
            if isEarly { strikes += 1 }
            last = now
            let expected: PingAbuseMachine.Verdict =
                !isEarly ? .allowed : strikes > policy.toleratedStrikes ? .goAway : .strike
            #expect(machine.pingReceived(now: now, hasCalls: true) == expected)
        }
    }
}
