internal import CoreMetrics

/// Where answers came from, as counters.
struct ReadMetrics: Sendable {
    /// From this loop's memory, on the ordinary way; those of fast paths count as calls only.
    let memory: Counter
    /// From a load that was under way already.
    let joined: Counter
    /// From Redis, or from memory by what Redis knows of the process.
    let redis: Counter
    /// From memory or Redis, after grimoire-processes said that it still holds.
    let checked: Counter
    /// From grimoire-processes.
    let loaded: Counter
    /// What was last known, while nobody could be asked.
    let stale: Counter

    init(factory: any MetricsFactory) {
        func counter(_ source: String) -> Counter {
            Counter(label: Self.name, dimensions: [("source", source)], factory: factory)
        }
        memory = counter("memory")
        joined = counter("joined")
        redis = counter("redis")
        checked = counter("checked")
        loaded = counter("loaded")
        stale = counter("stale")
    }

    static let name = "grimoire_mapping_reads_total"
    /// What the counter means, for `/metrics`.
    static let help = [
        name:
            "Answers beyond fast paths, by where they came from: memory, joined, redis, checked, loaded, stale."
    ]
}
