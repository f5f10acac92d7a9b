internal import CoreMetrics
internal import GRPCCore
internal import Synchronization

/// Counts and times calls, by method and code, under the names that gRPC's Prometheus libraries use.
final class CallMetrics: CallObserver {
    private final class Method: Sendable {
        let started: Counter
        let inFlight: Meter
        let seconds: any TimerHandler
        /// Made when a code first occurs.
        let handled = Mutex<[Int: Counter]>([:])

        init(_ dimensions: [(String, String)], _ factory: any MetricsFactory) {
            started = Counter(label: "grpc_server_started_total", dimensions: dimensions, factory: factory)
            inFlight = Meter(label: "grpc_server_in_flight", dimensions: dimensions, factory: factory)
            seconds = factory.makeTimer(label: "grpc_server_handling_seconds", dimensions: dimensions)
        }
    }

    private let factory: any MetricsFactory
    /// GRPCCore answers for methods that nobody serves: those here are the program's own, so their number is bounded.
    private let methods = Mutex<[MethodDescriptor: Method]>([:])

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    func began(_ method: MethodDescriptor) {
        let metrics = metrics(of: method)
        metrics.started.increment()
        metrics.inFlight.increment()
    }

    func ended(_ record: CallRecord) {
        let metrics = metrics(of: record.method)
        metrics.inFlight.decrement()
        metrics.seconds.recordNanoseconds(record.duration.wholeNanoseconds)
        handled(record.code, of: record.method, metrics).increment()
    }

    private func handled(_ code: Status.Code, of method: MethodDescriptor, _ metrics: Method) -> Counter {
        metrics.handled.withLock { handled in
            if let counter = handled[code.rawValue] { return counter }
            let dimensions = Self.dimensions(method) + [("grpc_code", code.name)]
            let counter = Counter(
                label: "grpc_server_handled_total",
                dimensions: dimensions,
                factory: factory
            )
            handled[code.rawValue] = counter
            return counter
        }
    }

    /// Adds calls that were answered on a fast path.
    func answered(_ method: MethodDescriptor, _ counts: FastPathPage.Counts) {
        let metrics = metrics(of: method)
        metrics.started.increment(by: Int64(counts.calls))
        (metrics.seconds as? PrometheusHistogram)?.add(counts.durations, sum: counts.sum)
        handled(.ok, of: method, metrics).increment(by: Int64(counts.calls))
    }

    private func metrics(of method: MethodDescriptor) -> Method {
        methods.withLock { methods in
            if let metrics = methods[method] { return metrics }
            let metrics = Method(Self.dimensions(method), factory)
            methods[method] = metrics
            return metrics
        }
    }

    private static func dimensions(_ method: MethodDescriptor) -> [(String, String)] {
        [("grpc_service", method.service.fullyQualifiedService), ("grpc_method", method.method)]
    }
}
