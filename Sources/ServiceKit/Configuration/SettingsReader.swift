internal import Configuration
internal import FoundationEssentials
internal import SystemPackage

/// Reads settings from flags, environment and file, in this order, and names the one that is wrong.
public struct SettingsReader: Sendable {
    private let sources: [Source]

    private struct Source: Sendable {
        let origin: SettingOrigin
        let reader: ConfigReader
    }

    /// Sources: command-line flags before environment variables before the JSON file that `--config` or
    /// `GRIMOIRE_CONFIG_FILE` names.
    ///
    /// - Parameters:
    ///   - arguments: The flags, without the program's name.
    ///   - environment: The environment variables.
    ///   - known: Every setting that the program has; other names are refused.
    /// - Throws: `ConfigurationError` on an unknown name and on a file that cannot be read.
    public init(
        arguments: [String],
        environment: [String: String],
        known: [SettingDescription]
    ) async throws(ConfigurationError) {
        let names = SettingNames(known)
        try names.checkFlags(arguments)
        try names.checkVariables(environment.keys)
        // The library's parser expects the program's name first.
        let flags = ConfigReader(provider: CommandLineArgumentsProvider(arguments: ["grimoire"] + arguments))
        let variables = ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: environment)
                .prefixKeys(with: "grimoire")
        )
        var sources = [
            Source(origin: .flag, reader: flags), Source(origin: .environment, reader: variables),
        ]
        for (setting, origin, path) in [
            ("--config", SettingOrigin.flag, flags.string(forKey: "config")),
            ("--config-file", .flag, flags.string(forKey: "config.file")),
            (SettingNames.fileVariable, .environment, variables.string(forKey: "config.file")),
        ] {
            guard let path, !path.isEmpty else { continue }
            let file = try await Self.file(path, setting, origin, names)
            sources.append(Source(origin: .file(path), reader: file))
            break
        }
        self.sources = sources
    }

    private static func file(
        _ path: String,
        _ setting: String,
        _ origin: SettingOrigin,
        _ names: SettingNames
    ) async throws(ConfigurationError) -> ConfigReader {
        let keys: ConfigurationFile
        let reader: ConfigReader
        do {
            keys = try ConfigurationFile(json: try Data(contentsOf: URL(filePath: path)))
            guard keys.others.isEmpty else {
                throw ConfigurationError(
                    setting: keys.others.sorted()[0],
                    message: "is neither a text nor a number nor true or false.",
                    origin: .file(path)
                )
            }
            reader = ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(
                setting: setting,
                message: "\(path) is not a readable file with one JSON object.",
                origin: origin
            )
        }
        try names.checkKeys(keys.scalars, file: path)
        return reader
    }

    /// The setting's value, or its default.
    ///
    /// - Throws: `ConfigurationError` where the value is not allowed, or is missing and required.
    public func value<Value>(of setting: Setting<Value>) throws(ConfigurationError) -> Value {
        if let value = try optionalValue(of: setting) { return value }
        guard let fallback = setting.fallback else {
            throw ConfigurationError(
                setting: setting.environmentName,
                message: "is required: give \(setting.allowed)."
            )
        }
        return fallback
    }

    /// The setting's value where one is given.
    ///
    /// - Throws: `ConfigurationError` where the value is not allowed.
    public func optionalValue<Value>(of setting: Setting<Value>) throws(ConfigurationError) -> Value? {
        for source in sources {
            guard let text = Self.text(of: setting, in: source.reader) else { continue }
            guard let value = setting.parse(text) else {
                let shown = setting.isSecret ? "the value given" : "\"\(text.prefix(Self.shownLength))\""
                throw ConfigurationError(
                    setting: setting.name(in: source.origin),
                    message: "\(shown) is not allowed: give \(setting.allowed).",
                    origin: source.origin
                )
            }
            return value
        }
        return nil
    }

    /// How much of a wrong value is repeated.
    private static let shownLength = 200

    /// A file may hold numbers and booleans as JSON has them; flags and the environment hold texts only.
    private static func text<Value>(of setting: Setting<Value>, in reader: ConfigReader) -> String? {
        let key = ConfigKey(setting.key)
        let isSecret = setting.isSecret
        if let text = try? reader.requiredString(forKey: key, isSecret: isSecret) { return text }
        if let number = try? reader.requiredInt(forKey: key, isSecret: isSecret) { return String(number) }
        if let number = try? reader.requiredDouble(forKey: key, isSecret: isSecret) { return String(number) }
        if let flag = try? reader.requiredBool(forKey: key, isSecret: isSecret) { return String(flag) }
        return nil
    }
}
