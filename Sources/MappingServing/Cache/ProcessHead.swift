/// What is known of a process as a whole, and since when. A value without a clock: times are nanoseconds of the loops' clock,
/// which is the same for all of them.
///
/// A version never changes, but its process may get another one or be deleted. So an answer from memory needs a head that was
/// checked lately: within ``latestLifetime`` for the latest version, within ``pinnedLifetime`` for one that was asked for by its
/// number. Ages add up: what came from Redis brings the age it had there.
struct ProcessHead: Sendable, Equatable {
    /// How long a latest version is believed to be the latest. With the time for asking, readers see a new one within a second.
    static let latestLifetime: Int64 = 800_000_000
    /// How long a process is believed to exist, where a version was asked for by its number: deletion reaches it within 5 s.
    static let pinnedLifetime: Int64 = 4_000_000_000
    /// How long a process is believed not to exist.
    static let absenceLifetime: Int64 = 800_000_000
    /// What grimoire-processes may know of a pinned version's process is as old as that.
    static let upstreamAge: Int64 = 1_000_000_000

    /// The number of the latest version; nil where only a pinned version has been asked for.
    private(set) var latest: Int32?
    private(set) var latestCheckedAt: Int64
    private(set) var existenceCheckedAt: Int64
    /// Whether there is no such process.
    let isAbsent: Bool

    private init(latest: Int32?, latestCheckedAt: Int64, existenceCheckedAt: Int64, isAbsent: Bool) {
        self.latest = latest
        self.latestCheckedAt = latestCheckedAt
        self.existenceCheckedAt = existenceCheckedAt
        self.isAbsent = isAbsent
    }

    /// The latest version was asked for.
    static func latest(_ number: Int32, checkedAt time: Int64) -> ProcessHead {
        ProcessHead(latest: number, latestCheckedAt: time, existenceCheckedAt: time, isAbsent: false)
    }

    /// A pinned version was asked for.
    static func exists(checkedAt time: Int64) -> ProcessHead {
        ProcessHead(latest: nil, latestCheckedAt: .min, existenceCheckedAt: time, isAbsent: false)
    }

    /// The process is not there.
    static func absent(checkedAt time: Int64) -> ProcessHead {
        ProcessHead(latest: nil, latestCheckedAt: time, existenceCheckedAt: time, isAbsent: true)
    }

    /// What may be believed at a time about an answer.
    enum Belief: Equatable {
        /// This version may be served.
        case version(Int32)
        /// There is no such process.
        case absent
        /// It has to be asked.
        case unknown
    }

    /// What may be answered to a question for a version, 0 for the latest.
    func belief(for version: Int32, now: Int64) -> Belief {
        if isAbsent {
            return now &- existenceCheckedAt < Self.absenceLifetime ? .absent : .unknown
        }
        if version != 0 {
            return now &- existenceCheckedAt < Self.pinnedLifetime ? .version(version) : .unknown
        }
        guard let latest, latestCheckedAt != .min, now &- latestCheckedAt < Self.latestLifetime else {
            return .unknown
        }
        return .version(latest)
    }

    /// Both together: of each part, what was checked later.
    func merged(with other: ProcessHead) -> ProcessHead {
        guard isAbsent == other.isAbsent else {
            return existenceCheckedAt > other.existenceCheckedAt ? self : other
        }
        var merged = self
        merged.existenceCheckedAt = max(existenceCheckedAt, other.existenceCheckedAt)
        if other.latest != nil, latest == nil || other.latestCheckedAt > latestCheckedAt {
            merged.latest = other.latest
            merged.latestCheckedAt = other.latestCheckedAt
        }
        return merged
    }

    /// Nothing of it is believed any more; it stays known, for the time when nobody can be asked.
    func doubted() -> ProcessHead {
        ProcessHead(
            latest: latest,
            latestCheckedAt: .min,
            existenceCheckedAt: .min / 2,
            isAbsent: isAbsent
        )
    }
}
