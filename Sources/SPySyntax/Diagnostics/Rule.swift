/// The stable identifier of a rule: `SPY-S…` syntax, `SPY-U…` unsupported, `SPY-X…` security, `SPY-L…` limits,
/// `SPY-W…` warning.
///
/// The syntax rules stand in this library; other libraries add theirs in extensions.
public struct Rule: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The identifier as people see it, `SPY-S001`.
    public let rawValue: String

    /// A rule by its identifier.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A rule by its identifier.
    public init(_ id: StaticString) {
        rawValue = id.description
    }

    /// The identifier.
    public var description: String { rawValue }
}
