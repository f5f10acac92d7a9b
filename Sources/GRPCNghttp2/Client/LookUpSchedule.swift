/// When a target's name is looked up: when addresses are wanted, not too often, and again after a failure.
///
/// A value that says what to do; `ClientChannel` does it, and tells what came of it. Never more than one look-up is
/// under way, and never more than one timer.
struct LookUpSchedule {
    enum Action: Equatable {
        /// Look it up, and tell ``ended(isSuccess:random:)``.
        case lookUp
        /// Tell ``timerDue(now:)`` after so long.
        case wait(Duration)
    }

    private let minInterval: Duration
    private var backoff: ConnectionBackoff
    private var lastLookUp: Int64?
    private var isWaiting = false
    private var isStopped = false
    /// Whether a look-up is under way. One that is when the schedule is stopped is still waited for.
    private(set) var isBusy = false

    /// - Parameter minInterval: The shortest time from one look-up to the next; zero for addresses in numbers.
    init(minInterval: Duration, backoff: ConnectionBackoff) {
        self.minInterval = minInterval
        self.backoff = backoff
    }

    /// Addresses are wanted, new ones if there are any.
    mutating func wanted(now: Int64) -> Action? {
        guard !isBusy, !isWaiting, !isStopped else { return nil }
        let earliest = lastLookUp?.addingClamped(minInterval.wholeNanoseconds) ?? now
        guard earliest > now else { return begin(now: now) }
        isWaiting = true
        return .wait(.nanoseconds(earliest - now))
    }

    mutating func timerDue(now: Int64) -> Action? {
        isWaiting = false
        return isBusy || isStopped ? nil : begin(now: now)
    }

    /// - Parameter random: From 0 up to 1, which spreads the attempts of many clients.
    mutating func ended(isSuccess: Bool, random: Double) -> Action? {
        isBusy = false
        guard !isSuccess else {
            backoff.reset()
            return nil
        }
        guard !isWaiting, !isStopped else { return nil }
        isWaiting = true
        return .wait(backoff.next(random: random))
    }

    /// Nothing is looked up any more.
    mutating func stop() { isStopped = true }

    private mutating func begin(now: Int64) -> Action {
        isBusy = true
        lastLookUp = now
        return .lookUp
    }
}
