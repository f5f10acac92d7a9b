public import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf

/// The server's side of gRPC's interoperability tests.
///
/// It does what its requests ask for: sizes, pauses, statuses, compression. Metadata under `x-grpc-test-echo-initial` and
/// `x-grpc-test-echo-trailing-bin` comes back at the start and at the end. A unary call with `x-interop-report` in its metadata
/// learns from the trailing `x-interop-cancelled` how many calls the service has seen cancelled; one with a number under
/// `x-interop-refuse` fails with UNAVAILABLE until it has been tried so often before.
public struct InteropService: RegistrableRPCService {
    /// Whether responses can be compressed one by one; else the transport alone decides.
    let choosesCompression: Bool
    let calls = CallCounters()

    /// Creates the service for a transport that takes a handler's choice of compression, or for one that doesn't.
    public init(choosesCompression: Bool) {
        self.choosesCompression = choosesCompression
    }

    /// By hand and not as generated, because the generated code drops how a message came.
    public func registerMethods(with router: inout RPCRouter<some ServerTransport>) {
        typealias Method = Grpc_Testing_TestService.Method
        register(Method.EmptyCall.descriptor, with: &router, emptyCall)
        register(Method.UnaryCall.descriptor, with: &router, unaryCall)
        register(Method.StreamingOutputCall.descriptor, with: &router, streamingOutputCall)
        register(Method.StreamingInputCall.descriptor, with: &router, streamingInputCall)
        register(Method.FullDuplexCall.descriptor, with: &router, fullDuplexCall)
        register(Method.HalfDuplexCall.descriptor, with: &router, halfDuplexCall)
    }

    private func register<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>(
        _ method: MethodDescriptor,
        with router: inout RPCRouter<some ServerTransport>,
        _ handler:
            @escaping @Sendable (
                StreamingServerRequest<ReceivedMessage<Request>>, ServerContext
            ) async throws -> StreamingServerResponse<Response>
    ) {
        let calls = calls
        router.registerHandler(
            forMethod: method,
            deserializer: ReceivedMessageDeserializer<Request>(),
            serializer: ProtobufSerializer<Response>()
        ) { request, context in
            let call = calls.begin()
            return try await withRPCCancellationHandler {
                try await handler(request, context)
            } onCancelRPC: {
                call.cancelled()
            }.mapContents { contents in
                { writer in
                    try await withRPCCancellationHandler {
                        try await contents.producer(writer)
                    } onCancelRPC: {
                        call.cancelled()
                    }
                }
            }
        }
    }
}

extension StreamingServerResponse {
    /// The same response with another producer, if it was accepted.
    fileprivate func mapContents(
        _ producer: (Contents) -> @Sendable (RPCWriter<Message>) async throws -> Metadata
    ) -> Self {
        Self(accepted: accepted.map { Contents(metadata: $0.metadata, producer: producer($0)) })
    }
}
