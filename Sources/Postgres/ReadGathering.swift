internal import DequeModule

/// Which reads of a pool go together: its decisions about them, without the reads.
///
/// While few are under way each goes by itself, at once. Beyond that they wait, and when one comes back those in line with the
/// same opening go together, with one round trip and one transaction for all: the first of them leads. So a pool that keeps up
/// gathers nothing, and one that does not spends less on each read, the more there are.
struct ReadGathering<ReadID: Hashable & Sendable, Opening: Equatable & Sendable> {
    /// What is allowed.
    struct Limits: Sendable {
        /// Groups under way; a read that goes by itself is one.
        var groups: Int
        /// Reads in a group.
        var members: Int
        var waiters: Int
    }

    /// What becomes of a read that comes.
    enum Arrival: Equatable {
        /// It is sent now, a group by itself.
        case goes
        /// It is in line.
        case waits
        /// The line is full.
        case refused
    }

    private struct Waiting {
        let read: ReadID
        let opening: Opening
    }

    private let limits: Limits
    private var groups = 0
    private var waiting: Deque<Waiting> = []

    /// How far down the line a leader looks for others.
    private static var reach: Int { 64 }

    init(limits: Limits) { self.limits = limits }

    var groupCount: Int { groups }
    var waitingCount: Int { waiting.count }

    mutating func arrive(_ read: ReadID, _ opening: Opening) -> Arrival {
        guard groups >= limits.groups else {
            groups += 1
            return .goes
        }
        guard waiting.count < limits.waiters else { return .refused }
        waiting.append(Waiting(read: read, opening: opening))
        return .waits
    }

    /// A group has come back, or failed.
    ///
    /// - Returns: The next one, its leader first; nothing where nobody waits.
    mutating func groupEnded() -> [ReadID] {
        guard let leader = waiting.popFirst() else {
            groups -= 1
            return []
        }
        var group = [leader.read]
        var index = 0
        while group.count < limits.members, index < min(waiting.count, Self.reach) {
            if waiting[index].opening == leader.opening {
                group.append(waiting.remove(at: index).read)
            } else {
                index += 1
            }
        }
        return group
    }

    /// A read in line gives up. False where it is not in line any more.
    mutating func leave(_ read: ReadID) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.read == read }) else { return false }
        waiting.remove(at: index)
        return true
    }
}
