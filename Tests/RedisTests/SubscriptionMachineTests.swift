import Testing

@testable import Redis

@Suite struct SubscriptionMachineTests {
    private func words(_ words: String...) -> RedisValue { .array(words.map { .string(utf8($0)) }) }

    private func confirmation(_ kind: String, _ name: String, _ count: Int) -> RedisValue {
        .array([.string(utf8(kind)), .string(utf8(name)), .integer(count)])
    }

    @Test func itIsSubscribedOnceAllIsConfirmed() throws {
        var machine = SubscriptionMachine(subscriptions: 2)
        #expect(try machine.receive(confirmation("subscribe", "a", 1)) == .nothing)
        // Messages of the first may come before the second is confirmed.
        #expect(try machine.receive(words("message", "a", "x")) == .message(channel: "a", payload: utf8("x")))
        #expect(try machine.receive(confirmation("psubscribe", "b*", 2)) == .subscribed)
        #expect(
            try machine.receive(words("pmessage", "b*", "bc", "y"))
                == .message(channel: "bc", payload: utf8("y"))
        )
        #expect(try machine.receive(words("pong", "")) == .nothing)
        #expect(throws: RedisError.self) { try machine.receive(confirmation("subscribe", "a", 3)) }
    }

    @Test func whatIsNoMessageEndsTheConnection() {
        for value: RedisValue in [
            .null, .status("PONG"), .array([]), words("message", "a"), words("message", "a", "b", "c"),
            .array([.string(utf8("message")), .null, .string([])]), .array([.integer(1)]),
            words("unsubscribe", "a", "0"), .error(RedisServerError(message: "NOPERM no")),
        ] {
            var machine = SubscriptionMachine(subscriptions: 1)
            #expect(throws: RedisError.self, "\(value)") { try machine.receive(value) }
        }
    }

    @Test func aSilentServerIsAskedAndThenDead() throws {
        var machine = SubscriptionMachine(subscriptions: 1)
        _ = try machine.receive(confirmation("subscribe", "a", 1))
        #expect(machine.tick() == .nothing)
        #expect(machine.tick() == .ping)
        _ = try machine.receive(words("pong", ""))
        #expect(machine.tick() == .nothing)
        #expect(machine.tick() == .ping)
        #expect(machine.tick() == .dead)
    }

    @Test func aServerThatConfirmsNothingIsDead() {
        var machine = SubscriptionMachine(subscriptions: 1)
        #expect(machine.tick() == .nothing)
        #expect(machine.tick() == .dead)
    }
}
