/// One documented setting of a service: its key, what it means, what is allowed and what holds where it is not set.
///
/// The key `listen.port` is read from the flag `--listen-port`, then from the environment variable
/// `GRIMOIRE_LISTEN_PORT`, then from `{"listen": {"port": …}}` in the file that `--config` or `GRIMOIRE_CONFIG_FILE` names.
public struct Setting<Value: Sendable>: Sendable {
    /// Lower-case words joined with dots.
    public let key: String
    /// One sentence for `--help` and the documentation.
    public let meaning: String
    /// What a value must be, in words that finish the sentence "… is not allowed: give …".
    public let allowed: String
    /// What holds where nothing is given; nil where the setting is required.
    public let fallback: Value?
    /// Whether the value must never be printed.
    public let isSecret: Bool
    /// The value that a text stands for, nil where the text is not allowed.
    let parse: @Sendable (String) -> Value?

    /// A setting, described completely.
    public init(
        _ key: String,
        meaning: String,
        allowed: String,
        fallback: Value? = nil,
        isSecret: Bool = false,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.key = key
        self.meaning = meaning
        self.allowed = allowed
        self.fallback = fallback
        self.isSecret = isSecret
        self.parse = parse
    }

    /// The environment variable that sets it.
    public var environmentName: String {
        "GRIMOIRE_" + key.split(separator: ".").joined(separator: "_").uppercased()
    }

    /// The command-line flag that sets it, without the dashes.
    public var flag: String { key.split(separator: ".").joined(separator: "-") }

    /// The name by which an operator knows it there.
    func name(in origin: SettingOrigin) -> String {
        switch origin {
        case .flag: "--" + flag
        case .environment: environmentName
        case .file: key
        }
    }

    /// The setting without its type, for listing.
    public var description: SettingDescription {
        SettingDescription(
            flag: flag,
            environmentName: environmentName,
            meaning: meaning,
            allowed: allowed,
            fallback: fallback.map { isSecret ? "(secret)" : "\($0)" },
            isRequired: fallback == nil
        )
    }
}

/// A setting as `--help` lists it.
public struct SettingDescription: Sendable, Equatable {
    /// The command-line flag, without the dashes.
    public let flag: String
    /// The environment variable.
    public let environmentName: String
    /// One sentence.
    public let meaning: String
    /// What a value must be.
    public let allowed: String
    /// The default in words, nil where there is none.
    public let fallback: String?
    /// Whether the service refuses to start without it.
    public let isRequired: Bool
}

extension Setting where Value == Int {
    /// A whole number within a range.
    public static func integer(
        _ key: String,
        _ range: ClosedRange<Int>,
        meaning: String,
        fallback: Int? = nil
    ) -> Setting<Int> {
        Setting(
            key,
            meaning: meaning,
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            fallback: fallback
        ) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Setting where Value == Bool {
    /// A yes or no.
    public static func boolean(_ key: String, meaning: String, fallback: Bool? = nil) -> Setting<Bool> {
        Setting(key, meaning: meaning, allowed: "true or false", fallback: fallback) { text in
            switch text.lowercased() {
            case "true", "yes", "1", "on": true
            case "false", "no", "0", "off": false
            default: nil
            }
        }
    }
}

extension Setting where Value == String {
    /// A text that is not empty.
    public static func text(
        _ key: String,
        allowed: String,
        meaning: String,
        fallback: String? = nil,
        isSecret: Bool = false
    ) -> Setting<String> {
        Setting(key, meaning: meaning, allowed: allowed, fallback: fallback, isSecret: isSecret) { text in
            text.isEmpty ? nil : text
        }
    }
}
