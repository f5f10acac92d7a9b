/// Among how many a replica believes the limits to be shared: a value without I/O.
///
/// The sum over all replicas never exceeds the whole for as long as each can reach Redis: one that joins others begins nothing until
/// they have counted it. Without Redis each goes by the larger of what it knew last and what the configuration says, since the
/// others may no longer count it; so the sum holds there where the configuration says the most that there will be.
struct CensusMachine {
    /// What follows from a count.
    struct Decision: Equatable {
        /// Among how many the limits are shared.
        var share: Int
        /// Whether nothing may begin until the others have counted again.
        var mustWait = false
    }

    private let configured: Int
    private var known: Int?
    /// Whether the others may have stopped counting this replica.
    private var wasAway = true

    /// - Parameter configured: How many there are at most, as the operator says.
    init(configured: Int) { self.configured = configured }

    /// What holds before anything is known.
    var beginning: Decision { Decision(share: configured) }

    /// So many are there, this one included.
    mutating func counted(_ count: Int) -> Decision {
        let mustWait = wasAway && count > 1
        wasAway = false
        known = max(1, count)
        return Decision(share: max(1, count), mustWait: mustWait)
    }

    /// Nobody can say.
    mutating func failed() -> Decision {
        wasAway = true
        return Decision(share: max(known ?? 1, configured))
    }
}
