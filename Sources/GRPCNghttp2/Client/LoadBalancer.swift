internal import GRPCCore

/// Decides which servers to connect to, when, and which one takes a call. One for each loop of a client.
///
/// The story: it begins idle, and a first pick wakes it: it asks for the name's addresses. With `pickFirst` it tries them
/// one after the other and keeps the first that answers, until that connection is lost; then it is idle again, and the
/// next pick starts over. With `roundRobin` it connects to all of them at once, stays connected, and gives each ready
/// one its turn. An attempt that fails is repeated when its backoff is over, for ever. Once every address has failed,
/// picks fail, and go on failing until one has answered (gRFC A62), so that a server that is down does not make calls
/// wait on every attempt anew.
///
/// It does no I/O and reads no clock: events come in with the time in nanoseconds of a monotonic clock, orders go out.
/// A ``SubchannelID`` names one address's attempts and the connection that comes of them. It is dead after `close`,
/// ``connectionLost(_:now:)`` and ``goingAway(_:now:)``: what follows with the same address has another, and events that
/// still name the dead one change nothing, so that late news from a connection that drains does no harm.
///
/// Calls in line should pick again whenever ``state`` is no longer what it was, and after `connected`.
struct LoadBalancer {
    /// How servers are chosen.
    enum Policy: Sendable, Hashable {
        /// The first address that answers takes all calls.
        case pickFirst(shuffles: Bool)
        /// All addresses that answer take calls in turn.
        case roundRobin
    }

    /// One address's attempts and the connection that comes of them.
    struct SubchannelID: Sendable, Hashable {
        let rawValue: UInt64
    }

    /// What a client as a whole is doing.
    enum State: Sendable, Hashable {
        /// Nothing. Leaves to `connecting` with a pick.
        case idle
        /// Addresses or connections are on their way. Leaves to `ready`, `transientFailure` or `idle`.
        case connecting
        /// A call can be made. Leaves to `idle` or `connecting` when the connection is lost.
        case ready
        /// Every address has failed since one last answered. Leaves to `ready` alone, or `idle` when idle for long.
        case transientFailure
    }

    /// What the caller must do now, in this order.
    enum Action: Hashable {
        /// Begin an attempt; give it up after ``connectTimeout(of:)``.
        case connect(SubchannelID, SocketAddress)
        /// Report `retryDue` after that time. It replaces an earlier timer of the same subchannel.
        case connectLater(SubchannelID, Duration)
        /// Take no more calls there, let those under way finish, and close. An attempt or a timer is given up.
        case close(SubchannelID)
        /// Look the name up, not more often than is decent, and report how that went.
        case reresolve
    }

    /// Where a call goes.
    enum Pick: Hashable {
        case use(SubchannelID)
        /// Nowhere yet.
        case wait
        /// Nowhere: it fails with the last error, unless it waits for a connection (wait-for-ready).
        case fail
    }

    private struct Subchannel {
        enum State: Equatable {
            /// Not tried. Leaves to `connecting`. With `roundRobin` for no longer than an event takes.
            case idle
            /// Leaves to `ready` or `transientFailure`.
            case connecting
            /// Leaves when the connection is lost, with a new subchannel in its place.
            case ready
            /// Leaves to `connecting` when the backoff is over, or to `idle` where it is not its turn.
            case transientFailure(until: Int64)
        }

        var id: SubchannelID
        let address: SocketAddress
        var state = State.idle
        var backoff: ConnectionBackoff
        /// When the time of the last attempt is over.
        var attemptEnd: Int64 = .min
        var connectTimeout = Duration.zero
        /// Since a connection last came about. gRFC A62: such a one counts as failing while it tries again.
        var hasFailed = false
        /// Connections in a row that did not outlive their attempt's time.
        var shortLives = 0
    }

    /// A lost connection is replaced at once. Where one after the other is lost within its attempt's time, all but so
    /// many in a row wait for that time to pass, or a server that accepts and hangs up would be called in a loop.
    static let toleratedShortLives = 1

    let policy: Policy
    private let backoff: ConnectionBackoff.Configuration
    private var random: SplitMix
    private var addresses: [SocketAddress] = []
    private var subchannels: [Subchannel] = []
    /// The ready ones, in the order of their addresses; with `pickFirst` one at most.
    private(set) var ready: [SubchannelID] = []
    private var cursor = 0
    private var isIdle = true
    private var isFailing = false
    private var isResolving = false
    /// `pickFirst`: which address is tried now; behind the last one when all have failed.
    private var pass = 0
    /// Failures since addresses were last asked for.
    private var failures = 0
    private var lastID: UInt64 = 0

    /// - Parameters:
    ///   - policy: How servers are chosen.
    ///   - backoff: How connecting is repeated.
    ///   - seed: Of jitter, shuffling and the place where `roundRobin` begins. A random number, but for tests.
    init(
        policy: Policy,
        backoff: ConnectionBackoff.Configuration = ConnectionBackoff.Configuration(),
        seed: UInt64
    ) {
        self.policy = policy
        self.backoff = backoff
        random = SplitMix(state: seed)
    }

    /// What all the connections come to.
    var state: State {
        if !ready.isEmpty { return .ready }
        if isIdle { return .idle }
        return isFailing ? .transientFailure : .connecting
    }

    /// How long the attempt just ordered may take; zero for a subchannel that is not known.
    func connectTimeout(of id: SubchannelID) -> Duration {
        subchannels.first { $0.id == id }?.connectTimeout ?? .zero
    }

    // MARK: Calls

    /// Where a call goes now. Where it must wait, the actions are what it waits for.
    mutating func pick(now: Int64) -> (pick: Pick, actions: [Action]) {
        if ready.isEmpty {
            let actions = exitIdle(now: now)
            return (isFailing ? .fail : .wait, actions)
        }
        cursor = cursor + 1 < ready.count ? cursor + 1 : 0
        return (.use(ready[cursor]), [])
    }

    /// Connects without a call that needs it. Nothing happens where it is not idle.
    mutating func exitIdle(now: Int64) -> [Action] {
        guard isIdle else { return [] }
        isIdle = false
        return addresses.isEmpty ? reresolve() : begin(now: now)
    }

    /// There was no call for long: everything is closed, and addresses are forgotten, since they may be others' by then.
    mutating func idleTimedOut() -> [Action] {
        defer {
            addresses = []
            subchannels = []
            ready = []
            isIdle = true
            isFailing = false
        }
        return subchannels.compactMap(Self.closing)
    }

    // MARK: Addresses

    /// The name has these addresses now. Connections to those that stay are kept.
    mutating func addressesUpdated(_ list: [SocketAddress], now: Int64) -> [Action] {
        isResolving = false
        failures = 0
        // A name that had no address says nothing about servers that it has now.
        if addresses.isEmpty { isFailing = false }
        addresses = NameResolver.unique(list)
        if policy == .pickFirst(shuffles: true) { addresses.shuffle(using: &random) }

        let stays = Set(addresses)
        let leaving = subchannels.filter { !stays.contains($0.address) }
        subchannels.removeAll { !stays.contains($0.address) }
        let actions = leaving.compactMap(Self.closing)
        findReady()
        if addresses.isEmpty, !isIdle { isFailing = true }
        // A connection that pickFirst holds stays, wherever its address has gone in the list.
        if addresses.isEmpty || isIdle || (policy != .roundRobin && !ready.isEmpty) { return actions }
        return actions + begin(now: now)
    }

    /// The name could not be looked up. Addresses that are known remain good. The caller looks it up again after a
    /// backoff of its own, as also for a name without addresses: it is not asked to.
    mutating func resolutionFailed() {
        isResolving = false
        if addresses.isEmpty, !isIdle { isFailing = true }
    }

    // MARK: Connections

    /// An attempt succeeded: the server has sent its SETTINGS.
    mutating func connected(_ id: SubchannelID) -> [Action] {
        guard let index = index(of: id), subchannels[index].state == .connecting else { return [] }
        subchannels[index].state = .ready
        subchannels[index].hasFailed = false
        var actions: [Action] = []
        if policy != .roundRobin {
            let others = subchannels.enumerated().filter { $0.offset != index }.map(\.element)
            actions = others.compactMap(Self.closing)
            subchannels = [subchannels[index]]
        }
        findReady()
        isFailing = false
        return actions
    }

    /// An attempt failed or took too long.
    mutating func connectFailed(_ id: SubchannelID, now: Int64) -> [Action] {
        guard let index = index(of: id), subchannels[index].state == .connecting else { return [] }
        let end = max(subchannels[index].attemptEnd, now)
        subchannels[index].state = .transientFailure(until: end)
        subchannels[index].hasFailed = true
        failures += 1
        var actions: [Action] = [.connectLater(id, .nanoseconds(end - now))]
        if policy == .roundRobin {
            findFailing()
            actions += reresolve()
        } else if pass < subchannels.count {
            actions += goOn(now: now)
        } else if failures >= subchannels.count {
            actions += reresolve()
        }
        return actions
    }

    /// A connection broke, or the server closed it.
    mutating func connectionLost(_ id: SubchannelID, now: Int64) -> [Action] {
        guard let index = index(of: id) else { return [] }
        guard subchannels[index].state == .ready else { return connectFailed(id, now: now) }
        var lost = subchannels[index]
        lost.id = nextID()
        if now >= lost.attemptEnd {
            lost.backoff.reset()
            lost.shortLives = 0
        } else {
            lost.shortLives += 1
        }
        let mustWait = lost.shortLives > Self.toleratedShortLives
        lost.state = mustWait ? .transientFailure(until: lost.attemptEnd) : .idle
        lost.hasFailed = mustWait
        subchannels[index] = lost
        findReady()
        var actions: [Action] = mustWait ? [.connectLater(lost.id, .nanoseconds(lost.attemptEnd - now))] : []
        if policy == .roundRobin {
            if !mustWait { actions.append(connect(index, now: now)) }
            findFailing()
        } else {
            isIdle = true
        }
        return actions + reresolve()
    }

    /// The server said GOAWAY: the connection takes no more calls, which for us is as if it were gone.
    mutating func goingAway(_ id: SubchannelID, now: Int64) -> [Action] { connectionLost(id, now: now) }

    /// The time of a `connectLater` is over.
    mutating func retryDue(_ id: SubchannelID, now: Int64) -> [Action] {
        guard let index = index(of: id), case .transientFailure(let until) = subchannels[index].state else {
            return []
        }
        guard now >= until else { return [.connectLater(id, .nanoseconds(until - now))] }
        // In pickFirst's first pass each waits for its turn; after it, each tries again for itself.
        if isIdle || (policy != .roundRobin && pass < subchannels.count) {
            subchannels[index].state = .idle
            return []
        }
        return [connect(index, now: now)]
    }

    // MARK: Decisions

    /// Brings the subchannels into the order of the addresses and connects.
    private mutating func begin(now: Int64) -> [Action] {
        let known = Dictionary(uniqueKeysWithValues: subchannels.map { ($0.address, $0) })
        var ordered: [Subchannel] = []
        for address in addresses {
            ordered.append(
                known[address]
                    ?? Subchannel(
                        id: nextID(),
                        address: address,
                        backoff: ConnectionBackoff(configuration: backoff)
                    )
            )
        }
        subchannels = ordered
        findReady()
        pass = 0
        guard policy == .roundRobin else { return goOn(now: now) }
        defer { findFailing() }
        return connectIdle(now: now)
    }

    /// pickFirst: from the address that is tried now to the next that can be.
    private mutating func goOn(now: Int64) -> [Action] {
        while pass < subchannels.count {
            switch subchannels[pass].state {
            case .idle: return [connect(pass, now: now)]
            case .connecting, .ready: return []
            case .transientFailure: pass += 1
            }
        }
        isFailing = true
        // Those whose backoff ended while others were tried.
        return connectIdle(now: now) + reresolve()
    }

    private mutating func connectIdle(now: Int64) -> [Action] {
        var actions: [Action] = []
        for index in subchannels.indices where subchannels[index].state == .idle {
            actions.append(connect(index, now: now))
        }
        return actions
    }

    private mutating func connect(_ index: Int, now: Int64) -> Action {
        let time = subchannels[index].backoff.next(random: Double.random(in: 0..<1, using: &random))
        subchannels[index].attemptEnd = now.addingClamped(time.wholeNanoseconds)
        subchannels[index].connectTimeout = subchannels[index].backoff.connectTimeout(for: time)
        subchannels[index].state = .connecting
        return .connect(subchannels[index].id, subchannels[index].address)
    }

    private mutating func reresolve() -> [Action] {
        guard !isResolving else { return [] }
        isResolving = true
        failures = 0
        return [.reresolve]
    }

    private mutating func findReady() {
        let now = subchannels.filter { $0.state == .ready }.map(\.id)
        guard now != ready else { return }
        ready = now
        // At random, or all clients would begin with the same server.
        cursor = now.isEmpty ? 0 : Int.random(in: now.indices, using: &random)
    }

    private mutating func findFailing() {
        isFailing = ready.isEmpty && !subchannels.contains { $0.state == .connecting && !$0.hasFailed }
    }

    private func index(of id: SubchannelID) -> Int? { subchannels.firstIndex { $0.id == id } }

    private mutating func nextID() -> SubchannelID {
        lastID += 1
        return SubchannelID(rawValue: lastID)
    }

    private static func closing(_ subchannel: Subchannel) -> Action? {
        subchannel.state == .idle ? nil : .close(subchannel.id)
    }
}

/// A small generator whose whole state is its seed (Steele and others, "Fast splittable pseudorandom number
/// generators"), so that a machine's choices can be repeated.
struct SplitMix: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
