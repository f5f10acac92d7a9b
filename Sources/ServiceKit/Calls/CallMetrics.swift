internal import CoreMetrics
internal import GRPCCore
internal import Synchronization

/// Counts and times calls, by method and code, under the names that gRPC's Prometheus libraries use.
final class CallMetrics: CallObserver {
    private final class Method: Sendable {
        let started: Counter
        let inFlight: Meter
        let seconds: Timer
        /// Made when a code first occurs.
        let handled = Mutex<[Int: Counter]>([:])

        init(_ dimensions: [(String, String)], _ factory: any MetricsFactory) {
            started = Counter(label: "grpc_server_started_total", dimensions: dimensions, factory: factory)
            inFlight = Meter(label: "grpc_server_in_flight", dimensions: dimensions, factory: factory)
            seconds = Timer(label: "grpc_server_handling_seconds", dimensions: dimensions, factory: factory)
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
        let counter = metrics.handled.withLock { handled in
            if let counter = handled[record.code.rawValue] { return counter }
            let dimensions = Self.dimensions(record.method) + [("grpc_code", record.code.name)]
            let counter = Counter(
                label: "grpc_server_handled_total",
                dimensions: dimensions,
                factory: factory
            )
            handled[record.code.rawValue] = counter
            return counter
        }
        counter.increment()
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
