/// What the figures of runs are looked at for.
public enum FigureRule: String, Sendable, Hashable, CaseIterable {
    /// Many runs do not come to their end.
    case lowSuccess = "GRM-F001"
    /// Runs run out of time.
    case timeouts = "GRM-F002"
    /// The slowest runs take far longer than the usual one.
    case longTail = "GRM-F003"
    /// Runs take long.
    case slowRuns = "GRM-F004"
    /// Many failures come from one line.
    case failingLine = "GRM-F005"
    /// An action takes most of the time.
    case slowAction = "GRM-F006"
    /// An action fails often.
    case failingAction = "GRM-F007"
    /// A version succeeds less often than the one before.
    case lessReliable = "GRM-F008"
    /// A version takes longer than the one before.
    case slower = "GRM-F009"
    /// A version is better than the one before.
    case improved = "GRM-F010"
    /// There are too few runs to say something.
    case fewRuns = "GRM-F011"
    /// Runs of old versions go on.
    case oldVersions = "GRM-F012"
}
