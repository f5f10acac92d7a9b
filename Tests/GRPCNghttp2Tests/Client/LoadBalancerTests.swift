import GRPCCore
import Testing

@testable import GRPCNghttp2

@Suite struct LoadBalancerTests {
    typealias ID = LoadBalancer.SubchannelID
    private static let second: Int64 = 1_000_000_000
    private let a = address(1)
    private let b = address(2)
    private let c = address(3)

    private static func address(_ number: UInt8) -> SocketAddress {
        SocketAddress(kind: .ipv4(address: 0x0a00_0000 | UInt32(number), port: 80))
    }

    /// Jitter is off, so that times can be said.
    private func balancer(_ policy: LoadBalancer.Policy, seed: UInt64 = 1) -> LoadBalancer {
        LoadBalancer(policy: policy, backoff: ConnectionBackoff.Configuration(jitter: 0), seed: seed)
    }

    /// A balancer that has been woken and knows its addresses.
    private func woken(
        _ policy: LoadBalancer.Policy,
        _ addresses: [SocketAddress],
        now: Int64 = 0
    ) -> (LoadBalancer, [LoadBalancer.Action]) {
        var balancer = balancer(policy)
        _ = balancer.pick(now: now)
        let actions = balancer.addressesUpdated(addresses, now: now)
        return (balancer, actions)
    }

    private func connects(_ actions: [LoadBalancer.Action]) -> [(id: ID, address: SocketAddress)] {
        actions.compactMap { if case .connect(let id, let address) = $0 { (id, address) } else { nil } }
    }

    private func only(_ actions: [LoadBalancer.Action]) throws -> ID {
        try #require(connects(actions).count == 1)
        return connects(actions)[0].id
    }

    // MARK: Idle

    @Test(arguments: [LoadBalancer.Policy.pickFirst(shuffles: false), .roundRobin])
    func theFirstPickAsksForAddressesAndNothingHappensBefore(policy: LoadBalancer.Policy) {
        var balancer = balancer(policy)
        #expect(balancer.state == .idle)
        #expect(balancer.addressesUpdated([a], now: 0) == [])
        _ = balancer.idleTimedOut()
        let (pick, actions) = balancer.pick(now: 0)
        #expect(pick == .wait)
        #expect(actions == [.reresolve])
        #expect(balancer.state == .connecting)
        #expect(balancer.pick(now: 0).actions == [])
    }

    @Test(arguments: [LoadBalancer.Policy.pickFirst(shuffles: false), .roundRobin])
    func aLongTimeWithoutCallsClosesAllAndForgetsTheAddresses(policy: LoadBalancer.Policy) throws {
        var (balancer, actions) = woken(policy, [a])
        let id = try only(actions)
        #expect(balancer.connected(id) == [])
        #expect(balancer.idleTimedOut() == [.close(id)])
        #expect(balancer.state == .idle)
        #expect(balancer.connectionLost(id, now: 1) == [])
        #expect(balancer.pick(now: 2).actions == [.reresolve])
    }

    @Test func aNameThatCannotBeLookedUpFailsPicksUntilItCan() throws {
        var balancer = balancer(.pickFirst(shuffles: false))
        _ = balancer.pick(now: 0)
        balancer.resolutionFailed()
        #expect(balancer.pick(now: 1).pick == .fail)
        let actions = balancer.addressesUpdated([a], now: 2)
        #expect(balancer.pick(now: 3).pick == .wait)
        #expect(balancer.connected(try only(actions)) == [])
        balancer.resolutionFailed()
        #expect(balancer.state == .ready)
    }

    // MARK: pick_first

    @Test func addressesAreTriedInOrderAndTheFirstThatAnswersTakesAllCalls() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a, b, c])
        #expect(connects(actions).map(\.address) == [a])
        let first = try only(actions)
        #expect(balancer.connectTimeout(of: first) == .seconds(20))
        actions = balancer.connectFailed(first, now: Self.second / 10)
        #expect(actions.first == .connectLater(first, .milliseconds(900)))
        #expect(connects(actions).map(\.address) == [b])
        #expect(balancer.pick(now: Self.second / 10).pick == .wait)
        let second = try only(actions)
        #expect(balancer.connected(second) == [.close(first)])
        for _ in 0..<5 { #expect(balancer.pick(now: Self.second).pick == .use(second)) }
        #expect(balancer.retryDue(first, now: Self.second) == [])
    }

    @Test func onceAllHaveFailedPicksFailUntilOneAnswersWhateverIsTriedMeanwhile() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a, b])
        let first = try only(actions)
        let second = try only(balancer.connectFailed(first, now: 0))
        actions = balancer.connectFailed(second, now: 0)
        #expect(actions == [.connectLater(second, .seconds(1)), .reresolve])
        #expect(balancer.state == .transientFailure)
        #expect(balancer.pick(now: 1).pick == .fail)
        #expect(balancer.retryDue(first, now: Self.second) == [.connect(first, a)])
        #expect(balancer.retryDue(second, now: Self.second) == [.connect(second, b)])
        #expect(balancer.pick(now: Self.second).pick == .fail)
        // The second attempt has 1.6 seconds.
        #expect(
            balancer.connectFailed(first, now: Self.second) == [.connectLater(first, .milliseconds(1_600))]
        )
        // New addresses are tried, but one of them must answer first (gRFC A62).
        #expect(connects(balancer.addressesUpdated([a, b, c], now: Self.second)).isEmpty)
        #expect(balancer.state == .transientFailure)
        #expect(balancer.connected(second) == [.close(first)])
        #expect(balancer.state == .ready)
    }

    @Test func anAddressWhoseBackoffEndsDuringTheFirstPassIsTriedAgainAtItsEnd() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a, b])
        let first = try only(actions)
        let second = try only(balancer.connectFailed(first, now: 0))
        #expect(balancer.retryDue(first, now: Self.second) == [])
        actions = balancer.connectFailed(second, now: 20 * Self.second)
        #expect(actions == [.connectLater(second, .zero), .connect(first, a), .reresolve])
    }

    @Test func aTimerThatFiresEarlyIsSetAgain() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a])
        let id = try only(actions)
        actions = balancer.connectFailed(id, now: 0)
        #expect(balancer.retryDue(id, now: 400_000_000) == [.connectLater(id, .milliseconds(600))])
    }

    @Test func aLostConnectionMakesItIdleAndTheNextPickStartsAtTheFirstAddress() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a, b])
        let first = try only(actions)
        let second = try only(balancer.connectFailed(first, now: 0))
        _ = balancer.connected(second)
        #expect(balancer.connectionLost(second, now: 60 * Self.second) == [.reresolve])
        #expect(balancer.state == .idle)
        let (pick, again) = balancer.pick(now: 61 * Self.second)
        #expect(pick == .wait)
        #expect(connects(again).map(\.address) == [a])
        // Late news of the connection that is gone.
        #expect(balancer.connectionLost(second, now: 62 * Self.second) == [])
        #expect(balancer.connected(second) == [])
    }

    @Test func aServerThatAcceptsAndHangsUpIsNotCalledInALoop() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a])
        var id = try only(actions)
        var attempts = 1
        // For an hour, each connection is lost at once, and a call wants one every millisecond.
        var now: Int64 = 0
        var timer: (ID, Int64)?
        while now < 3_600 * Self.second {
            actions = balancer.connected(id) + balancer.goingAway(id, now: now)
            var next: ID?
            while next == nil {
                for case .connectLater(let id, let delay) in actions {
                    timer = (id, now + delay.wholeNanoseconds)
                }
                next = connects(actions).first?.id
                if next != nil { break }
                now += 1_000_000
                actions = balancer.pick(now: now).actions
                if let (id, due) = timer, due <= now {
                    timer = nil
                    actions += balancer.retryDue(id, now: now)
                }
            }
            id = try #require(next)
            attempts += 1
        }
        #expect((10..<60).contains(attempts))
    }

    @Test func aSingleConnectionThatIsLostSoonIsReplacedAtOnce() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a])
        _ = balancer.connected(try only(actions))
        actions = balancer.goingAway(balancer.ready[0], now: 1)
        #expect(actions == [.reresolve])
        #expect(connects(balancer.pick(now: 2).actions).map(\.address) == [a])
    }

    @Test func aConnectionWhoseAddressStaysIsKeptAndOneWhoseAddressGoesIsClosedAndReplaced() throws {
        var (balancer, actions) = woken(.pickFirst(shuffles: false), [a, b])
        let first = try only(actions)
        _ = balancer.connected(first)
        #expect(balancer.addressesUpdated([b, a], now: 1) == [])
        #expect(balancer.pick(now: 1).pick == .use(first))
        actions = balancer.addressesUpdated([b, c], now: 2)
        #expect(actions.first == .close(first))
        #expect(connects(actions).map(\.address) == [b])
        #expect(balancer.pick(now: 2).pick == .wait)
        #expect(balancer.addressesUpdated([], now: 3) == [.close(connects(actions)[0].id)])
        #expect(balancer.pick(now: 3).pick == .fail)
    }

    @Test func shufflingTriesEveryAddressFirstAtSomeTime() {
        var firsts: Set<SocketAddress> = []
        for seed in UInt64(0)..<100 {
            var balancer = balancer(.pickFirst(shuffles: true), seed: seed)
            _ = balancer.pick(now: 0)
            firsts.formUnion(connects(balancer.addressesUpdated([a, b, c], now: 0)).map(\.address))
        }
        #expect(firsts == [a, b, c])
    }

    // MARK: round_robin

    @Test func allAddressesAreConnectedToAndTheReadyOnesTakeTurns() {
        var (balancer, actions) = woken(.roundRobin, [a, b, c, a])
        let ids = connects(actions)
        #expect(ids.map(\.address) == [a, b, c])
        #expect(balancer.pick(now: 0).pick == .wait)
        _ = balancer.connected(ids[0].id)
        #expect(balancer.pick(now: 0).pick == .use(ids[0].id))
        _ = balancer.connected(ids[2].id)
        var counts: [LoadBalancer.Pick: Int] = [:]
        for _ in 0..<100 { counts[balancer.pick(now: 0).pick, default: 0] += 1 }
        #expect(counts == [.use(ids[0].id): 50, .use(ids[2].id): 50])
    }

    @Test func clientsBeginWithDifferentServers() {
        var firsts: Set<SocketAddress> = []
        for seed in UInt64(0)..<100 {
            var balancer = balancer(.roundRobin, seed: seed)
            _ = balancer.pick(now: 0)
            let ids = connects(balancer.addressesUpdated([a, b, c], now: 0))
            for (id, _) in ids { _ = balancer.connected(id) }
            if case .use(let id) = balancer.pick(now: 0).pick {
                firsts.formUnion(ids.filter { $0.id == id }.map(\.address))
            }
        }
        #expect(firsts == [a, b, c])
    }

    @Test func aLostConnectionIsMadeAgainWhileTheOthersTakeItsCalls() throws {
        var (balancer, actions) = woken(.roundRobin, [a, b])
        let ids = connects(actions).map(\.id)
        for id in ids { _ = balancer.connected(id) }
        actions = balancer.goingAway(ids[0], now: 10 * Self.second)
        let again = try only(actions)
        #expect(actions.contains(.reresolve))
        for _ in 0..<4 { #expect(balancer.pick(now: 0).pick == .use(ids[1])) }
        _ = balancer.connected(again)
        #expect(Set(balancer.ready) == [again, ids[1]])
    }

    @Test func picksFailOnceEveryServerHasFailedAndUntilOneAnswers() {
        var (balancer, actions) = woken(.roundRobin, [a, b])
        let ids = connects(actions).map(\.id)
        actions = balancer.connectFailed(ids[0], now: 0)
        #expect(actions == [.connectLater(ids[0], .seconds(1)), .reresolve])
        #expect(balancer.pick(now: 0).pick == .wait)
        _ = balancer.connectFailed(ids[1], now: 0)
        #expect(balancer.pick(now: 0).pick == .fail)
        #expect(balancer.retryDue(ids[0], now: Self.second) == [.connect(ids[0], a)])
        #expect(balancer.state == .transientFailure)
        #expect(balancer.retryDue(ids[1], now: Self.second) == [.connect(ids[1], b)])
        // One that has failed before counts as failing while it tries again (gRFC A62).
        _ = balancer.connectFailed(ids[1], now: Self.second)
        #expect(balancer.state == .transientFailure)
        _ = balancer.connected(ids[0])
        #expect(balancer.state == .ready)
    }

    @Test func newAddressesAreAddedAndThoseGoneAreClosed() {
        var (balancer, actions) = woken(.roundRobin, [a, b])
        let ids = connects(actions).map(\.id)
        for id in ids { _ = balancer.connected(id) }
        actions = balancer.addressesUpdated([b, c], now: 1)
        #expect(actions.first == .close(ids[0]))
        #expect(connects(actions).map(\.address) == [c])
        #expect(balancer.ready == [ids[1]])
    }
}
