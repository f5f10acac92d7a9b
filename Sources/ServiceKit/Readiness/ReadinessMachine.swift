/// Which probes run, and what each came to: one round at a time, shared by all who ask meanwhile.
///
/// A value: it asks and waits for nothing. A round begins with the first who asks; it ends when every probe has
/// returned, or at its time, when those that have not are called out. A probe that hangs is not begun again.
struct ReadinessMachine: Sendable {
    enum Outcome: Sendable, Equatable {
        case there
        case away
        case silent
    }

    private(set) var round = 0
    private(set) var isRunning = false
    /// What each probe came to in the last round that is over.
    private(set) var outcomes: [Outcome]
    private var results: [Outcome?]
    /// Probes that have been begun and have not returned.
    private var begun: [Bool]

    init(count: Int) {
        outcomes = Array(repeating: .silent, count: count)
        results = Array(repeating: nil, count: count)
        begun = Array(repeating: false, count: count)
    }

    /// Someone asks.
    ///
    /// - Returns: The probes to begin; nil where a round is under way.
    mutating func asked() -> [Int]? {
        guard !isRunning else { return nil }
        isRunning = true
        round += 1
        results = begun.map { $0 ? .silent : nil }
        let idle = begun.indices.filter { !begun[$0] }
        for index in idle { begun[index] = true }
        return idle
    }

    /// A probe has returned.
    ///
    /// - Returns: Whether the round is over.
    mutating func returned(_ index: Int, round: Int, isThere: Bool) -> Bool {
        begun[index] = false
        guard isRunning, round == self.round else { return false }
        results[index] = isThere ? .there : .away
        return endIfComplete()
    }

    /// The round's time is over, or there was nothing to begin.
    ///
    /// - Returns: Whether the round is over: it may have been before.
    mutating func timeIsOver(round: Int) -> Bool {
        guard isRunning, round == self.round else { return false }
        results = results.map { $0 ?? .silent }
        return endIfComplete()
    }

    private mutating func endIfComplete() -> Bool {
        let complete = results.compactMap { $0 }
        guard complete.count == results.count else { return false }
        outcomes = complete
        isRunning = false
        return true
    }
}
