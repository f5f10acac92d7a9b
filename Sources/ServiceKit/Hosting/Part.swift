internal import ServiceLifecycle

/// A part of a service that runs, as the life-cycle library wants it.
struct Part: Service {
    private let body: @Sendable () async throws -> Void

    init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    func run() async throws { try await body() }
}
