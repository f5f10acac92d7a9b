/// Whose tokens a service believes.
public struct AuthenticationConfiguration: Sendable, Equatable {
    /// Where the public keys come from.
    public var keys: KeySource
    /// The only `iss` claim accepted.
    public var issuer: String
    /// A token's `aud` claim must contain it.
    public var audience: String
    /// How far the issuer's clock may be off.
    public var clockSkew: Duration = .seconds(30)
    /// How many verified tokens each event loop remembers.
    public var cachedTokens = 4_096

    /// Describes whose tokens to believe.
    public init(keys: KeySource, issuer: String, audience: String) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }

    /// Reads and checks the settings.
    ///
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    init(reading reader: SettingsReader) throws(ConfigurationError) {
        typealias Settings = ServiceConfiguration.Settings
        let file = try reader.optionalValue(of: Settings.keysFile)
        let url = try reader.optionalValue(of: Settings.keysURL)
        let authorities = try reader.optionalValue(of: Settings.keysAuthorities)
        if authorities != nil, url?.lowercased().hasPrefix("https:") != true {
            throw ConfigurationError(
                setting: Settings.keysAuthorities.environmentName,
                message:
                    "is given without an https:// URL in \(Settings.keysURL.environmentName): leave it out."
            )
        }
        switch (file, url) {
        case (let file?, nil): keys = .file(file)
        case (nil, let url?):
            let refresh = Duration.seconds(try reader.value(of: Settings.keysRefresh))
            keys = .url(url, refresh: refresh, authorities: authorities)
        case (nil, nil):
            throw ConfigurationError(
                setting: Settings.keysFile.environmentName,
                message:
                    "is required: give \(Settings.keysFile.allowed), or \(Settings.keysURL.environmentName)."
            )
        case (_?, _?):
            throw ConfigurationError(
                setting: Settings.keysURL.environmentName,
                message: "is given beside \(Settings.keysFile.environmentName): give one of the two."
            )
        }
        issuer = try reader.value(of: Settings.issuer)
        audience = try reader.value(of: Settings.audience)
        clockSkew = .seconds(try reader.value(of: Settings.clockSkew))
        cachedTokens = try reader.value(of: Settings.tokenCache)
    }
}
