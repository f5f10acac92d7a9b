public import GRPCCore

/// The client's side of gRPC's interoperability tests: every case as a function, over any transport.
public struct InteropClient: Sendable {
    let service: any Grpc_Testing_TestService.ClientProtocol
    let unimplementedService: any Grpc_Testing_UnimplementedService.ClientProtocol
    /// Whether the server compares `expect_compressed` with what it saw; gRPC Python's server cannot.
    let serverSeesCompression: Bool

    /// Creates the cases over a client; its `runConnections()` is the caller's business.
    public init(client: GRPCClient<some ClientTransport>, serverSeesCompression: Bool = true) {
        service = Grpc_Testing_TestService.Client(wrapping: client)
        unimplementedService = Grpc_Testing_UnimplementedService.Client(wrapping: client)
        self.serverSeesCompression = serverSeesCompression
    }

    /// How long a case may take before it counts as failed.
    public static let timeLimit = Duration.seconds(60)

    /// Runs a case of gRPC's descriptions.
    public func run(_ interopCase: InteropCase) async throws {
        try await withTimeLimit {
            switch interopCase {
            case .emptyUnary: try await emptyUnary()
            case .largeUnary: try await largeUnary()
            case .clientStreaming: try await clientStreaming()
            case .serverStreaming: try await serverStreaming()
            case .pingPong: try await pingPong()
            case .emptyStream: try await emptyStream()
            case .clientCompressedUnary: try await clientCompressedUnary()
            case .serverCompressedUnary: try await serverCompressedUnary()
            case .clientCompressedStreaming: try await clientCompressedStreaming()
            case .serverCompressedStreaming: try await serverCompressedStreaming()
            case .customMetadata: try await customMetadata()
            case .statusCodeAndMessage: try await statusCodeAndMessage()
            case .specialStatusMessage: try await specialStatusMessage()
            case .unimplementedMethod: try await unimplementedMethod()
            case .unimplementedService: try await unimplementedServiceCase()
            case .cancelAfterBegin: try await cancelAfterBegin()
            case .cancelAfterFirstResponse: try await cancelAfterFirstResponse()
            case .timeoutOnSleepingServer: try await timeoutOnSleepingServer()
            }
        }
    }

    /// Runs a further case.
    public func run(_ furtherCase: FurtherCase) async throws {
        try await withTimeLimit {
            switch furtherCase {
            case .concurrentLargeUnary: try await concurrentLargeUnary()
            case .halfDuplex: try await halfDuplex()
            case .manyMessages: try await manyMessages()
            case .earlyStatus: try await earlyStatus()
            case .everyStatusCode: try await everyStatusCode()
            case .metadataOfFailure: try await metadataOfFailure()
            case .duplicateMetadata: try await duplicateMetadata()
            case .largeMetadata: try await largeMetadata()
            case .unimplementedLarge: try await unimplementedLarge()
            case .requestTooLarge: try await requestTooLarge()
            case .responseTooLarge: try await responseTooLarge()
            case .deadlineWhileStreaming: try await deadlineWhileStreaming()
            case .cancelReachesHandler: try await cancelReachesHandler()
            }
        }
    }

    private func withTimeLimit(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: Self.timeLimit)
                throw InteropFailure("not done after \(Self.timeLimit)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
