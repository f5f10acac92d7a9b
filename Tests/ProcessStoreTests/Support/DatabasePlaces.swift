/// How many databases are used at once: making one keeps PostgreSQL busy, and tests that all begin together would spend their
/// time on waiting for theirs.
actor DatabasePlaces {
    static let shared = DatabasePlaces(count: 6)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) { free = count }

    /// Waits for a place, first come first served.
    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Hands a place on.
    func give() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
