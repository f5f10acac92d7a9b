internal import CoreMetrics
internal import Synchronization

/// A line or several that are written for one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    /// Writes its samples.
    func write(_ name: String, _ labels: Labels, to text: inout PrometheusText)
}

/// A number that goes up, or up and down.
final class PrometheusNumber: PrometheusSeries, CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler
{
    private let value = Mutex<Double>(0)

    func increment(by amount: Int64) { value.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func set(_ amount: Int64) { value.withLock { $0 = Double(amount) } }
    func set(_ amount: Double) { value.withLock { $0 = amount } }
    func record(_ amount: Int64) { set(amount) }
    func record(_ amount: Double) { set(amount) }
    /// A counter that is set back looks to Prometheus like a process that was started again.
    func reset() { value.withLock { $0 = 0 } }

    func write(_ name: String, _ labels: Labels, to text: inout PrometheusText) {
        text.sample(name, labels, value.withLock { $0 })
    }
}

/// How often values fell into which ranges.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    /// For times: from half a millisecond, what a cached read takes, to the longest time-out.
    static let seconds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// For anything else.
    static let magnitudes = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000.0]

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: The upper ends of the ranges, growing.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    /// Adds values that were sorted into the same ranges elsewhere.
    func add(_ counts: [UInt64], sum: Double) {
        state.withLock { state in
            for (index, count) in counts.enumerated() { state.counts[index] += count }
            state.sum += sum
        }
    }

    func write(_ name: String, _ labels: Labels, to text: inout PrometheusText) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? PrometheusText.number(bounds[index]) : "+Inf"
            text.sample(name + "_bucket", labels, extra: "le=\"\(bound)\"", Double(total))
        }
        text.sample(name + "_sum", labels, sum)
        text.sample(name + "_count", labels, Double(total))
    }
}
