import Testing

@testable import GRPCNghttp2

/// Drives a balancer with random servers, names and losses for simulated time, and checks each order against what a
/// caller would be able to carry out.
@Suite struct LoadBalancerSimulationTests {
    typealias ID = LoadBalancer.SubchannelID

    /// What a caller holds for a subchannel.
    private enum Held: Equatable { case attempt, connection, timer(due: Int64) }

    private struct World {
        var balancer: LoadBalancer
        var random: SplitMix
        var held: [ID: Held] = [:]
        var dead: Set<ID> = []
        var addressOf: [ID: SocketAddress] = [:]
        var current: Set<SocketAddress> = []
        var isResolving = false
        var now: Int64 = 0
        var attempts = 0

        mutating func perform(_ actions: [LoadBalancer.Action]) {
            for action in actions {
                switch action {
                case .connect(let id, let address):
                    #expect(!dead.contains(id), "a closed subchannel connects")
                    if let held = held[id], case .attempt = held { Issue.record("two attempts at once") }
                    #expect(held[id] != .connection, "an attempt beside a connection")
                    #expect(addressOf[id] == nil || addressOf[id] == address)
                    #expect(balancer.connectTimeout(of: id) >= .seconds(20))
                    addressOf[id] = address
                    held[id] = .attempt
                    attempts += 1
                case .connectLater(let id, let delay):
                    #expect(!dead.contains(id), "a timer for a closed subchannel")
                    #expect(held[id] != .connection && held[id] != .attempt)
                    #expect(delay >= .zero && delay <= .seconds(144))
                    held[id] = .timer(due: now + delay.wholeNanoseconds)
                case .close(let id):
                    #expect(held[id] != nil || !dead.contains(id), "closed twice")
                    held[id] = nil
                    dead.insert(id)
                case .reresolve:
                    #expect(!isResolving, "asked for addresses while they are looked up")
                    isResolving = true
                }
            }
        }
    }

    private static let addresses = (1...5).map {
        SocketAddress(kind: .ipv4(address: 0x0a00_0000 | UInt32($0), port: 80))
    }

    @Test(arguments: 0..<200)
    func everyOrderCanBeCarriedOutAndEveryStateHasAWayOn(seed: UInt64) {
        let policies: [LoadBalancer.Policy] = [
            .roundRobin, .pickFirst(shuffles: false), .pickFirst(shuffles: true),
        ]
        var world = World(
            balancer: LoadBalancer(policy: policies[Int(seed % 3)], seed: seed),
            random: SplitMix(state: seed)
        )
        for _ in 0..<2_000 {
            step(&world)
            check(world)
        }
        // The world becomes kind: every attempt succeeds. Then a call must find its way.
        for _ in 0..<50 where world.balancer.state != .ready { recover(&world) }
        #expect(world.balancer.state == .ready)
    }

    private func step(_ world: inout World) {
        world.now += Int64.random(in: 0...2_000_000_000, using: &world.random)
        let now = world.now
        let id = world.held.keys.sorted { $0.rawValue < $1.rawValue }.randomElement(using: &world.random)
        switch Int.random(in: 0..<10, using: &world.random) {
        case 0, 1: pick(&world)
        case 2:
            guard world.isResolving || Int.random(in: 0..<4, using: &world.random) == 0 else { return }
            world.isResolving = false
            if Int.random(in: 0..<4, using: &world.random) == 0 { return world.balancer.resolutionFailed() }
            let count = Int.random(in: 0...Self.addresses.count, using: &world.random)
            let list = Array(Self.addresses.shuffled(using: &world.random).prefix(count))
            world.current = Set(list)
            world.perform(world.balancer.addressesUpdated(list, now: now))
        case 3 where Int.random(in: 0..<20, using: &world.random) == 0:
            world.perform(world.balancer.idleTimedOut())
            #expect(world.held.isEmpty, "idle with something left open")
            world.current = []
        case 4:
            // News of a subchannel that is no more changes nothing.
            guard let id = world.dead.min(by: { $0.rawValue < $1.rawValue }) else { return }
            let state = world.balancer.state
            let actions =
                world.balancer.connected(id) + world.balancer.connectFailed(id, now: now)
                + world.balancer.connectionLost(id, now: now) + world.balancer.retryDue(id, now: now)
            #expect(actions == [] && world.balancer.state == state)
        default:
            guard let id, let held = world.held[id] else { return }
            advance(id, held, &world)
        }
    }

    private func advance(_ id: ID, _ held: Held, _ world: inout World) {
        switch held {
        case .attempt where Bool.random(using: &world.random):
            world.held[id] = .connection
            world.perform(world.balancer.connected(id))
        case .attempt:
            world.held[id] = nil
            world.perform(world.balancer.connectFailed(id, now: world.now))
        case .connection:
            world.held[id] = nil
            world.dead.insert(id)
            world.perform(world.balancer.goingAway(id, now: world.now))
        case .timer:
            world.held[id] = nil
            world.perform(world.balancer.retryDue(id, now: world.now))
        }
    }

    private func pick(_ world: inout World) {
        let (pick, actions) = world.balancer.pick(now: world.now)
        world.perform(actions)
        switch pick {
        case .use(let id):
            #expect(world.held[id] == .connection, "a call goes where there is no connection")
            #expect(actions.isEmpty)
        case .wait: #expect(world.balancer.state == .connecting)
        case .fail: #expect(world.balancer.state == .transientFailure)
        }
    }

    private func check(_ world: World) {
        let connections = world.held.filter { $0.value == .connection }.map(\.key)
        #expect(Set(connections) == Set(world.balancer.ready), "what is ready is what is connected")
        #expect((world.balancer.state == .ready) == !connections.isEmpty)
        for id in world.held.keys {
            guard let address = world.addressOf[id] else { continue }
            #expect(world.current.contains(address), "something is held for an address that has gone")
        }
        switch world.balancer.policy {
        case .pickFirst: #expect(connections.count <= 1)
        case .roundRobin:
            // Nothing is forgotten: each address has an attempt, a connection or a timer.
            if world.balancer.state != .idle { #expect(world.held.count == world.current.count) }
        }
        if world.balancer.state == .connecting || world.balancer.state == .transientFailure {
            // Something is under way that leads out of the state; an empty name waits for the caller's next look-up.
            #expect(world.isResolving || !world.held.isEmpty || world.current.isEmpty)
        }
    }

    private func recover(_ world: inout World) {
        world.now += 200_000_000_000
        pick(&world)
        if world.isResolving || world.current.isEmpty {
            world.isResolving = false
            world.current = Set(Self.addresses)
            world.perform(world.balancer.addressesUpdated(Self.addresses, now: world.now))
        }
        for (id, held) in world.held.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where world.held[id] != nil {
            switch held {
            case .attempt:
                world.held[id] = .connection
                world.perform(world.balancer.connected(id))
            case .timer:
                world.held[id] = nil
                world.perform(world.balancer.retryDue(id, now: world.now))
            case .connection: break
            }
        }
        check(world)
    }
}
