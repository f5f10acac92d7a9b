public import CoreMetrics
internal import Synchronization

/// Keeps what swift-metrics is told, and writes it out as Prometheus reads it (text format 0.0.4).
///
/// Counters are named `…_total`; timers are histograms in seconds, named `…_seconds`; recorders that aggregate are
/// histograms; meters and other recorders are gauges. Labels that are no names in Prometheus get underscores.
public final class PrometheusRegistry: MetricsFactory {
    /// How many series there may be. Beyond, measurements go nowhere: labels that come from outside must not use up the
    /// memory.
    public static let maxSeries = 10_000

    private struct State {
        /// By name, in the order of their making.
        var families: [String: Family] = [:]
        var seriesCount = 0
        var refused = 0
    }

    private struct Family {
        let kind: Kind
        var series: [Labels: any PrometheusSeries] = [:]
    }

    enum Kind: String {
        case counter, gauge, histogram
    }

    private let state = Mutex(State())
    private let help: [String: String]

    /// A registry without series.
    ///
    /// - Parameter help: What metrics mean, by name.
    public init(help: [String: String] = PrometheusRegistry.standardHelp) {
        self.help = help
    }

    /// What the metrics of every service mean.
    public static let standardHelp = [
        "grpc_server_started_total": "Calls that began.",
        "grpc_server_handled_total": "Calls that ended, by code.",
        "grpc_server_handling_seconds": "How long calls took, from their headers to their status.",
        "grpc_server_in_flight": "Calls under way.",
        "grimoire_audit_overflow_total":
            "Operations whose audit record went to the log instead of its store.",
        "grimoire_metrics_refused_total": "Series that were not kept since there were too many.",
    ]

    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(Self.name(label, suffix: "_total"), .counter, dimensions) { PrometheusNumber() }
            ?? PrometheusNumber()
    }

    /// A counter of numbers with fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        make(Self.name(label, suffix: "_total"), .counter, dimensions) { PrometheusNumber() }
            ?? PrometheusNumber()
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        make(Self.name(label), .gauge, dimensions) { PrometheusNumber() } ?? PrometheusNumber()
    }

    /// A histogram, or a gauge where the recorder does not aggregate.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return make(Self.name(label), .gauge, dimensions) { PrometheusNumber() } ?? PrometheusNumber()
        }
        let make = { PrometheusHistogram(bounds: PrometheusHistogram.magnitudes) }
        return self.make(Self.name(label), .histogram, dimensions, make) ?? make()
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let make = { PrometheusHistogram(bounds: PrometheusHistogram.seconds) }
        return self.make(Self.name(label, suffix: "_seconds"), .histogram, dimensions, make) ?? make()
    }

    /// Series stay until the process ends, as Prometheus expects.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Series stay.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Series stay.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Series stay.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Series stay.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// Everything, as `/metrics` answers it.
    public func exposition() -> String {
        let (families, refused) = state.withLock { ($0.families, $0.refused) }
        var text = PrometheusText(help: help)
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.begin(name, family.kind)
            for (labels, series) in family.series.sorted(by: { $0.key.text < $1.key.text }) {
                series.write(name, labels, to: &text)
            }
        }
        if refused > 0 {
            text.begin("grimoire_metrics_refused_total", .counter)
            text.sample("grimoire_metrics_refused_total", Labels([]), Double(refused))
        }
        return text.text
    }

    /// The series of that name and labels, made where there is none; nil where there are too many, or the name is
    /// already that of something else.
    private func make<Series: PrometheusSeries>(
        _ name: String,
        _ kind: Kind,
        _ dimensions: [(String, String)],
        _ make: () -> Series
    ) -> Series? {
        let labels = Labels(dimensions)
        return state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            if family.kind == kind, let series = family.series[labels] { return series as? Series }
            guard family.kind == kind, state.seriesCount < Self.maxSeries else {
                state.refused += 1
                return nil
            }
            let series = make()
            family.series[labels] = series
            state.families[name] = family
            state.seriesCount += 1
            return series
        }
    }

    private static func name(_ label: String, suffix: String = "") -> String {
        let name = Labels.legal(label, allowingColon: true)
        return name.hasSuffix(suffix) ? name : name + suffix
    }
}

/// The labels of a series, in the form in which they are written.
struct Labels: Hashable {
    /// `a="b",c="d"`, sorted by name.
    let text: String

    init(_ dimensions: [(String, String)]) {
        text = dimensions.map { (Self.legal($0.0, allowingColon: false), $0.1) }
            .sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
            .joined(separator: ",")
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`, and no colon in labels.
    static func legal(_ name: String, allowingColon: Bool) -> String {
        var legal = ""
        for (index, character) in name.unicodeScalars.enumerated() {
            let isLetter =
                ("a"..."z").contains(character) || ("A"..."Z").contains(character) || character == "_"
            let isDigit = ("0"..."9").contains(character)
            let isAllowed = isLetter || (isDigit && index > 0) || (allowingColon && character == ":")
            legal.unicodeScalars.append(isAllowed ? character : "_")
        }
        return legal.isEmpty ? "_" : legal
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
