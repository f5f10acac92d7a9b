internal import Configuration
internal import SystemPackage

/// Reads settings from flags, environment and file, in this order, and names the one that is wrong.
public struct SettingsReader: Sendable {
    private let reader: ConfigReader

    /// Sources: command-line flags before environment variables before the file that `GRIMOIRE_CONFIG_FILE` names.
    ///
    /// - Parameters:
    ///   - arguments: The flags, without the program's name.
    ///   - environment: The environment variables.
    ///   - known: Every setting that the program has; other flags are refused.
    /// - Throws: `ConfigurationError` on an unknown flag and on a file that cannot be read.
    public init(
        arguments: [String],
        environment: [String: String],
        known: [SettingDescription]
    ) async throws(ConfigurationError) {
        let flags = Set(known.map(\.flag)).union(["config-file"])
        for argument in arguments where argument.hasPrefix("--") {
            let name = argument.dropFirst(2).prefix { $0 != "=" }
            guard flags.contains(String(name)) else {
                throw ConfigurationError(
                    setting: "--\(name)",
                    message: "is not an option; --help lists them all."
                )
            }
        }
        // The library's parser expects the program's name first.
        let flagProvider = CommandLineArgumentsProvider(arguments: ["grimoire"] + arguments)
        let environmentProvider = EnvironmentVariablesProvider(environmentVariables: environment)
            .prefixKeys(with: "grimoire")
        var providers: [any ConfigProvider] = [flagProvider, environmentProvider]
        if let path = ConfigReader(providers: providers).string(forKey: "config.file"), !path.isEmpty {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
            } catch {
                throw ConfigurationError(
                    setting: "GRIMOIRE_CONFIG_FILE",
                    message: "\(path) is not a readable JSON file: \(error)"
                )
            }
        }
        self.reader = ConfigReader(providers: providers)
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
        guard let text = text(forKey: ConfigKey(setting.key), isSecret: setting.isSecret) else { return nil }
        guard let value = setting.parse(text) else {
            let shown = setting.isSecret ? "the value given" : "\"\(text)\""
            throw ConfigurationError(
                setting: setting.environmentName,
                message: "\(shown) is not allowed: give \(setting.allowed)."
            )
        }
        return value
    }

    /// A file may hold numbers and booleans as JSON has them; flags and the environment hold texts only.
    private func text(forKey key: ConfigKey, isSecret: Bool) -> String? {
        if let text = try? reader.requiredString(forKey: key, isSecret: isSecret) { return text }
        if let number = try? reader.requiredInt(forKey: key, isSecret: isSecret) { return String(number) }
        if let number = try? reader.requiredDouble(forKey: key, isSecret: isSecret) { return String(number) }
        if let flag = try? reader.requiredBool(forKey: key, isSecret: isSecret) { return String(flag) }
        return nil
    }
}
