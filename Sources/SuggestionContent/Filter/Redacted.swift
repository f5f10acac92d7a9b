/// A text without what must not leave.
public struct Redacted: Sendable, Hashable {
    /// The text with placeholders.
    public let text: String
    /// What was replaced, in the order of the text.
    public let findings: [SensitiveFinding]

    /// Whether something was replaced.
    public var isChanged: Bool { !findings.isEmpty }
}

/// Something that was replaced.
public struct SensitiveFinding: Sendable, Hashable {
    /// What it is.
    public let kind: SensitiveKind
    /// Where it stands in the text as it was, in bytes of UTF-8.
    ///
    /// Of a private key and of a JSON Web Token it covers the beginning by which it was recognised.
    public let range: Range<Int>
    /// What stands in its place.
    public let placeholder: String
}
