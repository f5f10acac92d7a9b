internal import DequeModule
internal import EventLoop

/// Who may make a call now: the decisions of a rate limiter, a value without a clock.
///
/// Organizations that wait take turns, one call each, so that one with many calls makes another wait for one of them at most. One
/// that has used up its own allowance is passed over until it has some again; its place in the round it keeps. Within an
/// organization, who came first goes first.
///
/// Whoever would certainly wait for too long is refused at once, with the time after which it is worth trying again, and not
/// when the wait is over.
struct AdmissionMachine<Organization: Hashable & Sendable, Caller: Hashable & Sendable>: Sendable {
    /// What must be done now.
    enum Action: Equatable {
        case admit(Caller)
        case refuse(Caller, retryAfter: Int64)
        /// Calls `due` after so many nanoseconds.
        case wakeLater(nanoseconds: Int64)
    }

    private struct Waiting {
        let caller: Caller
        let deadline: Int64
    }

    private struct Party {
        var gate: RateGate
        var running = 0
        var waiting: Deque<Waiting> = []
    }

    private let whole: AdmissionLimits
    private var limits: AdmissionLimits
    private var gate: RateGate
    private var parties: [Organization: Party] = [:]
    /// Organizations with calls in line, in the order in which they have their turns.
    private var round: Deque<Organization> = []
    private(set) var running = 0
    private(set) var waiting = 0
    /// With how many organizations those that are as new are forgotten.
    private var sweepAt = firstSweep
    private static var firstSweep: Int { 256 }

    /// A machine that has admitted nobody.
    init(_ limits: AdmissionLimits) {
        whole = limits
        self.limits = limits
        gate = RateGate(callsPerMinute: limits.overall.callsPerMinute, burst: limits.overall.burst)
    }

    /// How many organizations something is known of.
    var partyCount: Int { parties.count }

    /// A caller wants to make a call.
    mutating func ask(_ caller: Caller, of organization: Organization, now: Int64) -> [Action] {
        sweep(now: now)
        var party = parties[organization] ?? newParty
        let wait = certainWait(party, now: now)
        let hasRoom =
            waiting < limits.overall.waiting && party.waiting.count < limits.organization.waiting
        guard hasRoom || startsAtOnce(party, now: now), wait <= limits.longestWait.nanoseconds else {
            return [.refuse(caller, retryAfter: max(wait, party.gate.interval))]
        }
        party.waiting.append(
            Waiting(caller: caller, deadline: deadline(limits.longestWait, after: now))
        )
        waiting += 1
        if party.waiting.count == 1 { round.append(organization) }
        parties[organization] = party
        return admit(now: now)
    }

    /// An admitted call has ended.
    mutating func finished(_ organization: Organization, now: Int64) -> [Action] {
        running -= 1
        parties[organization]?.running -= 1
        return admit(now: now)
    }

    /// A caller in line does not want to any more; false where it is not in line.
    mutating func leave(_ caller: Caller, of organization: Organization) -> Bool {
        guard let place = parties[organization]?.waiting.firstIndex(where: { $0.caller == caller }) else {
            return false
        }
        parties[organization]?.waiting.remove(at: place)
        waiting -= 1
        leaveRoundIfEmpty(organization)
        return true
    }

    /// The time that `wakeLater` asked for has passed.
    mutating func due(now: Int64) -> [Action] {
        var actions: [Action] = []
        // Over the deque itself, whose copy is free: an array made of an empty one writes into what all empty arrays share
        // (swift-collections 1.6), and ThreadSanitizer takes that for a race.
        for organization in round {
            while let first = parties[organization]?.waiting.first, first.deadline <= now,
                let party = parties[organization]
            {
                let retryAfter = max(certainWait(party, now: now), party.gate.interval)
                parties[organization]?.waiting.removeFirst()
                waiting -= 1
                actions.append(.refuse(first.caller, retryAfter: retryAfter))
            }
            leaveRoundIfEmpty(organization)
        }
        return actions + admit(now: now)
    }

    /// The upstream has said that it takes nothing for a while: from this organization, or from anybody.
    mutating func hold(_ organization: Organization?, until time: Int64) {
        guard let organization else { return gate.hold(until: time) }
        var party = parties[organization] ?? newParty
        party.gate.hold(until: time)
        parties[organization] = party
    }

    /// So many replicas share the limits: this one keeps to its part.
    mutating func share(among replicas: Int) {
        limits = whole.divided(by: replicas)
        let (own, all) = (limits.organization, limits.overall)
        gate = gate.rescaled(callsPerMinute: all.callsPerMinute, burst: all.burst)
        parties = parties.mapValues { party in
            var party = party
            party.gate = party.gate.rescaled(callsPerMinute: own.callsPerMinute, burst: own.burst)
            return party
        }
    }

    // MARK: Whose turn it is

    private mutating func admit(now: Int64) -> [Action] {
        var actions: [Action] = []
        while running < limits.overall.concurrent, gate.wait(now: now) == 0,
            let place = round.firstIndex(where: { mayStart(parties[$0], now: now) })
        {
            let organization = round.remove(at: place)
            guard var party = parties[organization], let next = party.waiting.popFirst() else { continue }
            party.gate.take(now: now)
            gate.take(now: now)
            party.running += 1
            running += 1
            waiting -= 1
            if !party.waiting.isEmpty { round.append(organization) }
            parties[organization] = party
            actions.append(.admit(next.caller))
        }
        if let wait = nextWake(now: now) { actions.append(.wakeLater(nanoseconds: wait)) }
        return actions
    }

    private func mayStart(_ party: Party?, now: Int64) -> Bool {
        guard let party else { return false }
        return party.running < limits.organization.concurrent && party.gate.wait(now: now) == 0
    }

    /// Whether a call of this organization would not wait at all. Where there is room, nobody who may start is in line.
    private func startsAtOnce(_ party: Party, now: Int64) -> Bool {
        party.waiting.isEmpty && mayStart(party, now: now) && running < limits.overall.concurrent
            && gate.wait(now: now) == 0
    }

    /// How long a call that joins the line now waits at least, by the rates alone.
    private func certainWait(_ party: Party, now: Int64) -> Int64 {
        max(party.gate.wait(now: now, behind: party.waiting.count), gate.wait(now: now))
    }

    /// When something may change without anybody's doing.
    private func nextWake(now: Int64) -> Int64? {
        guard waiting > 0 else { return nil }
        var next = Int64.max
        for organization in round {
            guard let party = parties[organization], let first = party.waiting.first else { continue }
            next = min(next, max(0, first.deadline - now))
            if running < limits.overall.concurrent, party.running < limits.organization.concurrent {
                next = min(next, max(party.gate.wait(now: now), gate.wait(now: now)))
            }
        }
        return next
    }

    // MARK: Books

    private var newParty: Party {
        let allowance = limits.organization
        return Party(gate: RateGate(callsPerMinute: allowance.callsPerMinute, burst: allowance.burst))
    }

    private mutating func leaveRoundIfEmpty(_ organization: Organization) {
        guard parties[organization]?.waiting.isEmpty ?? true,
            let place = round.firstIndex(of: organization)
        else { return }
        round.remove(at: place)
    }

    /// Forgets organizations that could do everything again: now and then, so that there are at most twice as many as needed.
    private mutating func sweep(now: Int64) {
        guard parties.count >= sweepAt else { return }
        parties = parties.filter { _, party in
            party.running > 0 || !party.waiting.isEmpty || !party.gate.isForgettable(now: now)
        }
        sweepAt = max(Self.firstSweep, 2 * parties.count)
    }
}
