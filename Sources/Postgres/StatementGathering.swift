internal import DequeModule

/// Which callers' statements go together in one transaction: a pool's decisions about them, without the statements.
///
/// While few are under way each caller's go by themselves, at once. Beyond that callers wait, and when a group comes back those in
/// line with the same opening go together, with one round trip and one transaction for all: the first of them leads. So a pool
/// that keeps up gathers nothing, and one that does not spends less on each caller, the more there are.
struct StatementGathering<CallerID: Hashable & Sendable, Opening: Equatable & Sendable> {
    /// What is allowed.
    struct Limits: Sendable {
        /// Groups under way; a caller whose statements go by themselves is one.
        var groups: Int
        /// Callers in a group.
        var members: Int
        var waiters: Int
    }

    /// What becomes of a caller.
    enum Arrival: Equatable {
        /// Its statements are sent now, a group by themselves.
        case goes
        /// It is in line.
        case waits
        /// The line is full.
        case refused
    }

    private struct Waiter {
        let caller: CallerID
        let opening: Opening
    }

    private let limits: Limits
    private var groups = 0
    private var waiting: Deque<Waiter> = []

    /// How far down the line a leader looks for others.
    private static var reach: Int { 64 }

    init(limits: Limits) { self.limits = limits }

    var groupCount: Int { groups }
    var waitingCount: Int { waiting.count }

    mutating func arrive(_ caller: CallerID, _ opening: Opening) -> Arrival {
        guard groups >= limits.groups else {
            groups += 1
            return .goes
        }
        guard waiting.count < limits.waiters else { return .refused }
        waiting.append(Waiter(caller: caller, opening: opening))
        return .waits
    }

    /// A group has come back, or failed.
    ///
    /// - Returns: The next one, its leader first; nothing where nobody waits.
    mutating func groupEnded() -> [CallerID] {
        guard let leader = waiting.popFirst() else {
            groups -= 1
            return []
        }
        var group = [leader.caller]
        var index = 0
        while group.count < limits.members, index < min(waiting.count, Self.reach) {
            if waiting[index].opening == leader.opening {
                group.append(waiting.remove(at: index).caller)
            } else {
                index += 1
            }
        }
        return group
    }

    /// A caller in line gives up. False where it is not in line any more.
    mutating func leave(_ caller: CallerID) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.caller == caller }) else { return false }
        waiting.remove(at: index)
        return true
    }
}
