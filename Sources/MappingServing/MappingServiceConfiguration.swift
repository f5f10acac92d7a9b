internal import Redis
internal import ServiceKit

/// What `grimoire-mappings` is told beyond what every service is.
struct MappingServiceConfiguration: Sendable {
    /// What every service is told.
    let service: ServiceConfiguration
    /// Where grimoire-processes is.
    let processes: HostPort
    /// The Redis that replicas share; nil where each keeps to its own memory.
    let redis: RedisConfiguration?
    /// Bytes of each loop's cache.
    let cacheBytes: Int

    /// Reads and checks every setting.
    ///
    /// - Throws: `ConfigurationError` for the first one that is missing or not allowed.
    init(reading reader: SettingsReader) throws(ConfigurationError) {
        service = try ServiceConfiguration(reading: reader, coreCount: ServiceProgram.coreCount)
        processes = try reader.value(of: MappingService.Settings.processesAddress)
        cacheBytes = try reader.value(of: MappingService.Settings.cacheMegabytes) << 20
        redis = try RedisSettings.read(reader) { try RedisConfiguration(url: $0, isCluster: $1) }
    }
}
