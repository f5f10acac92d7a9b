/// Limits of stable mappings, each of which bounds memory or time.
public enum MappingLimits {
    /// Entries of a mapping, given and derived together.
    public static let entries = 50_000
    /// Retired fact IDs that are remembered, so that they can come back to their expression; the oldest are forgotten
    /// first. A forgotten one is not given to another expression either: new IDs are made of the version.
    public static let retired = 50_000
    /// Bytes of a key.
    public static let keyBytes = 4_096
    /// Bytes of an expression in its canonical form, roughly: one that is longer is no fact.
    static let expressionBytes = 4_000
    /// Bytes of all derived keys of a version; further facts are not derived.
    public static let derivedKeyBytes = 4 << 20
    /// Bad keys that an error names.
    public static let reportedProblems = 100
    /// Keys that a warning names as fitting.
    static let shownKeys = 5
    /// Warnings of each sort that a report names one by one.
    public static let warnings = 1_000

    /// Steps of the matching of two versions beyond exact identity, which no version of ordinary programs reaches. When
    /// they are used up, what is not matched yet stays unmatched.
    static let matchingSteps = 40_000_000
    /// Cells of one table of a longest common subsequence.
    static let tableCells = 40_000
    /// Pairs of changed lines that are compared between two lines that stayed.
    static let gapPairs = 4_096
    /// Pairs of equal lines of which it is asked which is which.
    static let twinPairs = 256
}
