import Testing

@testable import GRPCNghttp2

/// A server connection's life, with a clock made of numbers: seconds, in nanoseconds.
@Suite struct ConnectionLifecycleTests {
    private static let second: Int64 = 1_000_000_000

    private func lifecycle(
        idle: Int64 = .max,
        age: Int64 = .max,
        ageGrace: Int64 = .max,
        jitter: Double = 0.5
    ) -> ConnectionLifecycle {
        ConnectionLifecycle(
            limits: ConnectionLifecycle.Limits(
                handshake: 10 * Self.second,
                idle: idle,
                age: age,
                ageGrace: ageGrace
            ),
            now: 0,
            jitter: jitter
        )
    }

    private func serving(
        idle: Int64 = .max,
        age: Int64 = .max,
        ageGrace: Int64 = .max,
        jitter: Double = 0.5
    ) -> ConnectionLifecycle {
        var lifecycle = lifecycle(idle: idle, age: age, ageGrace: ageGrace, jitter: jitter)
        lifecycle.settingsReceived(now: Self.second)
        return lifecycle
    }

    @Test func aClientThatSendsNoSettingsIsClosedAtTheHandshakesDeadline() {
        var lifecycle = lifecycle()
        #expect(lifecycle.nextDeadline == 10 * Self.second)
        #expect(lifecycle.timerDue(now: 10 * Self.second - 1) == nil)
        let action = lifecycle.timerDue(now: 10 * Self.second)
        guard case .close(let error) = action else { return #expect(action == nil, "it is to be closed") }
        #expect(error.code == .timedOut)
        #expect(lifecycle.state == .over)
        #expect(lifecycle.nextDeadline == .max)
    }

    @Test func aConnectionWithoutLimitsWaitsForNothing() {
        var lifecycle = serving()
        #expect(lifecycle.state == .serving)
        #expect(lifecycle.nextDeadline == .max)
        #expect(lifecycle.timerDue(now: .max - 1) == nil)
    }

    @Test func idlenessIsCountedFromTheEndOfTheLastCall() {
        var lifecycle = serving(idle: 60 * Self.second)
        #expect(lifecycle.nextDeadline == 60 * Self.second)
        lifecycle.streamOpened()
        #expect(lifecycle.nextDeadline == .max)
        lifecycle.lastStreamClosed(now: 100 * Self.second)
        #expect(lifecycle.nextDeadline == 160 * Self.second)
        #expect(lifecycle.timerDue(now: 160 * Self.second) == .notify)
    }

    @Test func ageHasAJitterOfATenthEitherWay() {
        #expect(serving(age: 100 * Self.second, jitter: 0).nextDeadline == 90 * Self.second)
        #expect(serving(age: 100 * Self.second, jitter: 0.5).nextDeadline == 100 * Self.second)
        #expect(serving(age: 100 * Self.second, jitter: 1).nextDeadline == 110 * Self.second)
    }

    @Test func anOldConnectionIsNotifiedThenDrainedThenClosed() {
        var lifecycle = serving(age: 100 * Self.second, ageGrace: 5 * Self.second)
        #expect(lifecycle.timerDue(now: 100 * Self.second) == .notify)
        #expect(lifecycle.nextDeadline == 101 * Self.second)
        #expect(lifecycle.timerDue(now: 101 * Self.second) == .drain)
        #expect(lifecycle.nextDeadline == 106 * Self.second)
        let action = lifecycle.timerDue(now: 106 * Self.second)
        guard case .close(let error) = action else { return #expect(action == nil, "it is to be closed") }
        #expect(error.code == .shutDown)
        #expect(lifecycle.state == .over)
    }

    @Test func theAnswerToThePingEndsTheNotice() {
        var lifecycle = serving()
        #expect(lifecycle.pingAcknowledged(now: 2 * Self.second) == nil)
        #expect(lifecycle.shutDown(now: 2 * Self.second, grace: 30 * Self.second) == .notify)
        #expect(lifecycle.pingAcknowledged(now: 2 * Self.second + 5) == .drain)
        #expect(lifecycle.pingAcknowledged(now: 2 * Self.second + 6) == nil)
        #expect(lifecycle.nextDeadline == 32 * Self.second + 5)
    }

    @Test func aShutdownDuringTheHandshakeDrainsAtOnce() {
        var lifecycle = lifecycle()
        #expect(lifecycle.shutDown(now: Self.second, grace: 3 * Self.second) == .drain)
        #expect(lifecycle.state == .draining(deadline: 4 * Self.second))
        // SETTINGS that come now do not make it serve.
        lifecycle.settingsReceived(now: 2 * Self.second)
        #expect(lifecycle.state == .draining(deadline: 4 * Self.second))
    }

    @Test func aSecondShutdownOnlyShortensTheGrace() {
        var lifecycle = serving()
        #expect(lifecycle.shutDown(now: 0, grace: 30 * Self.second) == .notify)
        #expect(lifecycle.shutDown(now: 0, grace: 10 * Self.second) == nil)
        #expect(lifecycle.state == .notified(deadline: Self.second, grace: 10 * Self.second))
        #expect(lifecycle.timerDue(now: Self.second) == .drain)
        #expect(lifecycle.shutDown(now: Self.second, grace: 60 * Self.second) == nil)
        #expect(lifecycle.state == .draining(deadline: 11 * Self.second))
        #expect(lifecycle.shutDown(now: Self.second, grace: 0) == nil)
        #expect(lifecycle.state == .draining(deadline: Self.second))
    }

    @Test func aGraceShorterThanTheNoticeShortensIt() {
        var lifecycle = serving()
        #expect(lifecycle.shutDown(now: 0, grace: 5) == .notify)
        #expect(lifecycle.nextDeadline == 5)
    }

    @Test func limitsOfForeverDoNotOverflow() {
        var lifecycle = ConnectionLifecycle(
            limits: ConnectionLifecycle.Limits(handshake: .max, idle: .max, age: .max, ageGrace: .max),
            now: .max - 5,
            jitter: 1
        )
        #expect(lifecycle.nextDeadline == .max)
        lifecycle.settingsReceived(now: .max - 4)
        #expect(lifecycle.shutDown(now: .max - 3, grace: .max) == .notify)
        #expect(lifecycle.pingAcknowledged(now: .max - 2) == .drain)
        #expect(lifecycle.nextDeadline == .max)
    }
}
