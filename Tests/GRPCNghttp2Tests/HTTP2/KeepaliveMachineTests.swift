import Testing

@testable import GRPCNghttp2

@Suite struct KeepaliveMachineTests {
    private static let second: Int64 = 1_000_000_000
    private let configuration = KeepaliveConfiguration(time: .seconds(10), timeout: .seconds(2))

    @Test func silenceIsAskedAfterAndThenGivenUp() {
        var machine = KeepaliveMachine(configuration: configuration, now: 0)
        #expect(machine.nextDeadline == 10 * Self.second)
        #expect(machine.timerDue(now: 10 * Self.second, hasCalls: true) == .sendPing)
        #expect(machine.nextDeadline == 12 * Self.second)
        #expect(machine.timerDue(now: 11 * Self.second, hasCalls: true) == nil)
        #expect(machine.timerDue(now: 12 * Self.second, hasCalls: true) == .close)
        #expect(machine.nextDeadline == .max)
        #expect(machine.timerDue(now: .max, hasCalls: true) == nil)
    }

    @Test func bytesPutTheQuestionOffWithoutMovingTheTimer() {
        var machine = KeepaliveMachine(configuration: configuration, now: 0)
        machine.received(now: 7 * Self.second)
        #expect(machine.nextDeadline == 10 * Self.second)
        #expect(machine.timerDue(now: 10 * Self.second, hasCalls: true) == nil)
        #expect(machine.nextDeadline == 17 * Self.second)
        #expect(machine.timerDue(now: 17 * Self.second, hasCalls: true) == .sendPing)
    }

    @Test func anAnswerAndAnyOtherByteEndTheWait() {
        for answers in [true, false] {
            var machine = KeepaliveMachine(configuration: configuration, now: 0)
            #expect(machine.timerDue(now: 10 * Self.second, hasCalls: true) == .sendPing)
            if answers {
                machine.pingAcknowledged(now: 11 * Self.second)
            } else {
                machine.received(now: 11 * Self.second)
            }
            #expect(machine.timerDue(now: 12 * Self.second, hasCalls: true) == nil)
            #expect(machine.nextDeadline == 21 * Self.second)
        }
    }

    @Test func bytesFromBeforeThePingDoNotAnswerIt() {
        var machine = KeepaliveMachine(configuration: configuration, now: 0)
        #expect(machine.timerDue(now: 15 * Self.second, hasCalls: true) == .sendPing)
        machine.received(now: 4 * Self.second)
        #expect(machine.timerDue(now: 17 * Self.second, hasCalls: true) == .close)
    }

    @Test func withoutCallsNothingIsSentUnlessPermitted() {
        var machine = KeepaliveMachine(configuration: configuration, now: 0)
        #expect(machine.timerDue(now: 10 * Self.second, hasCalls: false) == nil)
        #expect(machine.timerDue(now: 20 * Self.second, hasCalls: true) == .sendPing)
        var permitted = configuration
        permitted.permitsWithoutCalls = true
        machine = KeepaliveMachine(configuration: permitted, now: 0)
        #expect(machine.timerDue(now: 10 * Self.second, hasCalls: false) == .sendPing)
    }

    @Test func timesWithoutEndNeverComeDue() {
        let endless = KeepaliveConfiguration(time: .seconds(Int64.max), timeout: .seconds(1))
        #expect(KeepaliveMachine(configuration: endless, now: 1).nextDeadline == .max)
    }

    @Test(arguments: 0..<50)
    func whateverHappensAPeerThatAnswersIsKeptAndOneThatIsSilentIsNot(seed: UInt64) {
        var random = SplitMix(state: seed)
        let answers = seed % 2 == 0
        var machine = KeepaliveMachine(configuration: configuration, now: 0)
        var now: Int64 = 0
        var pinged: Int64?
        var lastByte: Int64 = 0
        var isClosed = false
        for _ in 0..<500 where !isClosed {
            let chance = Int.random(in: 0..<3, using: &random)
            if answers, chance == 0 {
                now += Int64.random(in: 0...Self.second, using: &random)
                machine.received(now: now)
                lastByte = now
            } else {
                now = max(now, machine.nextDeadline) + Int64.random(in: 0...1_000, using: &random)
                switch machine.timerDue(now: now, hasCalls: true) {
                case nil: break
                case .sendPing:
                    // Never before there was silence for the whole time.
                    #expect(now - lastByte >= 10 * Self.second)
                    pinged = now
                    if answers {
                        now += Int64.random(in: 1..<2 * Self.second, using: &random)
                        machine.pingAcknowledged(now: now)
                        lastByte = now
                    }
                case .close:
                    isClosed = true
                    #expect(now - (pinged ?? now) >= 2 * Self.second)
                }
            }
            #expect(isClosed || machine.nextDeadline <= now + 10 * Self.second)
        }
        #expect(isClosed == !answers)
    }
}
