internal import Curl
internal import FoundationEssentials
internal import LiteLLM
internal import Redis
internal import ServiceKit
internal import WebSocketServing

/// What `grimoire-suggestions` is told beyond what every service is.
struct SuggestionServiceConfiguration: Sendable {
    /// What every service is told.
    let service: ServiceConfiguration
    /// Where grimoire-processes is.
    let processes: HostPort
    /// Where LiteLLM is, and how it is asked.
    let liteLLM: LiteLLMConfiguration
    /// What it is asked for.
    let model: ModelChoice
    /// How many questions are asked.
    let limits: AdmissionLimits
    /// How many replicas share these limits where nobody tells.
    let replicas: Int
    /// Where WebSocket is spoken; nil for nowhere.
    let webSocket: WebSocketServerConfiguration?
    /// The Redis that replicas share; nil where each keeps to its own memory.
    let redis: RedisConfiguration?
    /// Which answers are kept.
    let cache: CacheLimits
    /// Which chats are kept.
    let sessions: SessionLimits

    /// Reads and checks every setting.
    ///
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    init(reading reader: SettingsReader) throws(ConfigurationError) {
        typealias Settings = SuggestionService.Settings
        service = try ServiceConfiguration(reading: reader, coreCount: ServiceProgram.coreCount)
        processes = try reader.value(of: Settings.processesAddress)
        liteLLM = try Self.liteLLM(reader)
        model = try ModelChoice(reading: reader)
        limits = try Self.limits(reader)
        replicas = try reader.value(of: Settings.replicas)
        webSocket = try Self.webSocket(reader, service)
        redis = try RedisSettings.read(reader) { try RedisConfiguration(url: $0, isCluster: $1) }
        cache = CacheLimits(
            bytes: try reader.value(of: Settings.cacheMegabytes) << 20,
            lifetime: .seconds(60 * (try reader.value(of: Settings.cacheMinutes)))
        )
        sessions = SessionLimits(
            count: try reader.value(of: Settings.sessions),
            idleTime: .seconds(60 * (try reader.value(of: Settings.sessionMinutes))),
            replayBytes: try reader.value(of: Settings.replayKilobytes) << 10
        )
    }

    private static func liteLLM(_ reader: SettingsReader) throws(ConfigurationError) -> LiteLLMConfiguration {
        typealias Settings = SuggestionService.Settings
        let (url, key) = (try reader.value(of: Settings.url), try key(reader))
        var configuration: LiteLLMConfiguration
        do throws(LiteLLMError) {
            configuration = try LiteLLMConfiguration(url: url, key: key)
        } catch {
            throw ConfigurationError(setting: Settings.url.environmentName, message: error.message)
        }
        configuration.firstChunkTimeout = .seconds(try reader.value(of: Settings.firstChunk))
        configuration.nextChunkTimeout = .seconds(try reader.value(of: Settings.nextChunk))
        configuration.answerTimeout = .seconds(try reader.value(of: Settings.wholeAnswer))
        return configuration
    }

    private static func key(_ reader: SettingsReader) throws(ConfigurationError) -> String? {
        typealias Settings = SuggestionService.Settings
        let key = try reader.optionalValue(of: Settings.key)
        guard let path = try reader.optionalValue(of: Settings.keyFile) else { return key }
        guard key == nil else {
            throw ConfigurationError(
                setting: Settings.keyFile.environmentName,
                message: "and \(Settings.key.environmentName) cannot both be set."
            )
        }
        let bytes = FileManager.default.contents(atPath: path).map { Array($0) } ?? []
        // A line as an editor writes it.
        let line = bytes.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d })
        guard line.count == 1, let first = line.first, Settings.isKey(first) else {
            throw ConfigurationError(
                setting: Settings.keyFile.environmentName,
                message: "\"\(path)\" is not allowed: give \(Settings.keyFile.allowed)."
            )
        }
        return String(decoding: first, as: UTF8.self)
    }

    private static func limits(_ reader: SettingsReader) throws(ConfigurationError) -> AdmissionLimits {
        typealias Settings = SuggestionService.Settings
        var limits = AdmissionLimits()
        let (perMinute, atOnce) = (
            try reader.value(of: Settings.messagesPerMinute), try reader.value(of: Settings.messagesAtOnce)
        )
        let (allPerMinute, allAtOnce) = (
            try reader.value(of: Settings.overallPerMinute), try reader.value(of: Settings.overallAtOnce)
        )
        limits.organization = AdmissionLimits.Allowance(
            callsPerMinute: perMinute,
            burst: min(atOnce, perMinute),
            concurrent: atOnce,
            waiting: 4 * atOnce
        )
        limits.overall = AdmissionLimits.Allowance(
            callsPerMinute: allPerMinute,
            burst: min(allAtOnce, allPerMinute),
            concurrent: allAtOnce,
            waiting: 4 * allAtOnce
        )
        limits.longestWait = .seconds(try reader.value(of: Settings.longestWait))
        return limits
    }

    private static func webSocket(
        _ reader: SettingsReader,
        _ service: ServiceConfiguration
    ) throws(ConfigurationError) -> WebSocketServerConfiguration? {
        typealias Settings = SuggestionService.Settings
        let origins = try reader.value(of: Settings.origins)
        let connections = try reader.value(of: Settings.connections)
        guard let port = try reader.optionalValue(of: Settings.webSocketPort) else { return nil }
        var configuration = WebSocketServerConfiguration(host: service.listenHost, port: port)
        configuration.maxConnections = connections
        configuration.origins = origins.compactMap(OriginRule.init)
        // The last part of the grace period, where that is short a quarter of it, is for closing.
        let closing = max(service.shutdownGrace / 4, .milliseconds(250))
        configuration.closeTimeout = min(configuration.closeTimeout, closing)
        configuration.drainTime = max(.zero, service.shutdownGrace - configuration.closeTimeout)
        return configuration
    }
}

/// Which model is asked, and how much.
struct ModelChoice: Sendable {
    /// Its name for LiteLLM.
    var name: String
    /// Asked where it fails.
    var fallbacks: [String] = []
    /// By which questions are compared; nil where only equal ones are alike.
    var embeddingName: String?
    /// How alike they must be, by the cosine of their vectors.
    var similarity = 0.96
    /// It is the small local one.
    var isDemonstration = false
    /// A prompt's tokens at most.
    var promptTokens = 16_000
    /// An answer's tokens at most.
    var answerTokens = 2_048

    /// A model with the defaults.
    init(name: String) { self.name = name }

    init(reading reader: SettingsReader) throws(ConfigurationError) {
        typealias Settings = SuggestionService.Settings
        name = try reader.value(of: Settings.model)
        fallbacks = try reader.value(of: Settings.fallbacks)
        embeddingName = try reader.optionalValue(of: Settings.embeddingModel)
        similarity = Double(try reader.value(of: Settings.similarity)) / 100
        isDemonstration = try reader.value(of: Settings.isDemonstration)
        promptTokens = try reader.value(of: Settings.promptTokens)
        answerTokens = try reader.value(of: Settings.answerTokens)
        guard answerTokens <= promptTokens / 2 else {
            throw ConfigurationError(
                setting: Settings.answerTokens.environmentName,
                message:
                    "must be at most half of \(Settings.promptTokens.environmentName), which is \(promptTokens)."
            )
        }
    }
}

/// Which answers are kept.
struct CacheLimits: Sendable {
    /// Of all answers in memory.
    var bytes: Int
    /// How long one is kept.
    var lifetime: Duration
}

/// Which chats are kept.
struct SessionLimits: Sendable {
    /// How many.
    var count: Int
    /// How long after the last message.
    var idleTime: Duration
    /// How much of each one's answers.
    var replayBytes: Int
}
