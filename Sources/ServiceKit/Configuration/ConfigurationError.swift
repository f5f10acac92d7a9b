/// A setting that stops the start: which one, where it came from, what it was, and what is allowed.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting as the operator wrote it: its flag, its environment variable, or its key in the file.
    public let setting: String
    /// What is wrong and what to give instead, as one sentence.
    public let message: String
    /// Where the value came from; nil where there is none.
    public let origin: SettingOrigin?

    /// A configuration error.
    public init(setting: String, message: String, origin: SettingOrigin? = nil) {
        self.setting = setting
        self.message = message
        self.origin = origin
    }

    /// One line for standard error.
    public var description: String {
        let place = origin.map { " (\($0))" } ?? ""
        return "\(setting)\(place): \(message)"
    }
}

/// Where a setting's value came from.
public enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    /// The command line.
    case flag
    /// An environment variable.
    case environment
    /// The configuration file at this path.
    case file(String)

    /// In words.
    public var description: String {
        switch self {
        case .flag: "on the command line"
        case .environment: "in the environment"
        case .file(let path): "in \(path)"
        }
    }
}
