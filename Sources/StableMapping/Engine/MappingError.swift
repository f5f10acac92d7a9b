/// Why the engine refuses a request. Nothing was changed.
public enum MappingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Given keys that are none, at most ``MappingLimits/reportedProblems`` of them, and how many there are.
    case invalidKeys([KeyProblem], count: Int)
    /// More given entries than ``MappingLimits/entries``, those of earlier versions counted too.
    case tooManyEntries(Int)
    /// The version does not come after the one before.
    case versionOrder(Int32, after: Int32)

    /// A sentence that says what is wrong and what is allowed.
    public var description: String {
        switch self {
        case .invalidKeys(let problems, let count):
            problems.prefix(3).map(\.description).joined(separator: " ")
                + (count > 3 ? " There are \(count) such keys." : "")
        case .tooManyEntries(let count):
            "A mapping has at most \(MappingLimits.entries) entries; \(count) are given."
        case .versionOrder(let version, let previous):
            "Version \(version) does not come after version \(previous)."
        }
    }
}
