public import GRPCCore
public import GrimoireAPI
internal import SwiftProtobuf
internal import Synchronization

/// Answers grpc.health.v1: whether the process as a whole (the empty name) and each of its services can be used.
///
/// Source: the gRPC health checking protocol.
public struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    private let registry: HealthRegistry

    /// A service that tells what `registry` holds.
    public init(registry: HealthRegistry) {
        self.registry = registry
    }

    /// The status of one service. NOT_FOUND for a name that is not served here.
    public func check(
        request: Grpc_Health_V1_HealthCheckRequest,
        context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard let status = registry.status(of: request.service) else {
            throw ServiceError.notFound("service", request.service)
        }
        return .with { $0.status = status }
    }

    /// The status now and after each change, until the client leaves or the server stops.
    public func watch(
        request: Grpc_Health_V1_HealthCheckRequest,
        response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>,
        context: ServerContext
    ) async throws {
        for await status in registry.changes(of: request.service) {
            try await response.write(.with { $0.status = status })
        }
    }
}

/// Which of the services in this process can be used now. Shared by everything that decides it.
public final class HealthRegistry: Sendable {
    /// SERVING, NOT_SERVING or SERVICE_UNKNOWN.
    public typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

    private struct State {
        var isServing = false
        var isClosed = false
        var watchers: [Int: AsyncStream<Status>.Continuation] = [:]
        var nextWatcher = 0
    }

    private let names: Set<String>
    private let state = Mutex(State())

    /// - Parameter services: The full names of the services; the empty name stands for them all.
    public init(services: [ServiceDescriptor]) {
        names = Set(services.map(\.fullyQualifiedService)).union([""])
    }

    /// Declares everything ready, or not.
    public func setServing(_ isServing: Bool) {
        let (status, watchers) = state.withLock { state in
            state.isServing = isServing
            return (Self.status(isServing), Array(state.watchers.values))
        }
        for watcher in watchers { watcher.yield(status) }
    }

    /// Declares everything not ready and ends every watch, so that a stopping server need not wait for them.
    public func close() {
        let watchers = state.withLock { state in
            state.isServing = false
            state.isClosed = true
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers {
            watcher.yield(.notServing)
            watcher.finish()
        }
    }

    /// The status of a service, nil where it is not one of this process.
    func status(of service: String) -> Status? {
        guard names.contains(service) else { return nil }
        return state.withLock { Self.status($0.isServing) }
    }

    /// The status now, then each new one; only the newest is kept for a slow reader.
    func changes(of service: String) -> AsyncStream<Status> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Status.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        guard names.contains(service) else {
            // The protocol keeps the watch open: the service may appear later. Here it cannot.
            continuation.yield(.serviceUnknown)
            register(continuation, sendingNow: false)
            return stream
        }
        register(continuation, sendingNow: true)
        return stream
    }

    private func register(_ continuation: AsyncStream<Status>.Continuation, sendingNow: Bool) {
        let (id, isClosed) = state.withLock { state in
            state.nextWatcher += 1
            if sendingNow { continuation.yield(Self.status(state.isServing)) }
            if !state.isClosed { state.watchers[state.nextWatcher] = continuation }
            return (state.nextWatcher, state.isClosed)
        }
        if isClosed {
            continuation.finish()
        } else {
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.watchers.removeValue(forKey: id) }
            }
        }
    }

    private static func status(_ isServing: Bool) -> Status { isServing ? .serving : .notServing }
}
