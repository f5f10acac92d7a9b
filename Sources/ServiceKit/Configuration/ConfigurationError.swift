/// A setting that stops the start: which one, what it was, and what is allowed.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting as the operator wrote it: its environment variable, or the flag.
    public let setting: String
    /// What is wrong and what to give instead, as one sentence.
    public let message: String

    /// A configuration error.
    public init(setting: String, message: String) {
        self.setting = setting
        self.message = message
    }

    /// One line for standard error.
    public var description: String { "\(setting): \(message)" }
}
