internal import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf

extension InteropClient {
    private var compressing: CallOptions {
        var options = CallOptions.defaults
        options.compression = .gzip
        return options
    }

    func clientCompressedUnary() async throws {
        var request = Grpc_Testing_SimpleRequest.large
        request.expectCompressed = Grpc_Testing_BoolValue(true)
        if serverSeesCompression {
            // The probe: not compressed, whatever it says.
            try await expectFailure(.invalidArgument) { [request] in _ = try await service.unaryCall(request)
            }
        }
        try await service.unaryCall(request, options: compressing).checkIsLarge()
        request.expectCompressed = Grpc_Testing_BoolValue(false)
        try await service.unaryCall(request).checkIsLarge()
    }

    func clientCompressedStreaming() async throws {
        let compressed = Grpc_Testing_StreamingInputCallRequest.with {
            $0.expectCompressed = Grpc_Testing_BoolValue(true)
            $0.payload = .zeros(27_182)
        }
        let uncompressed = Grpc_Testing_StreamingInputCallRequest.with {
            $0.expectCompressed = Grpc_Testing_BoolValue(false)
            $0.payload = .zeros(45_904)
        }
        if serverSeesCompression {
            try await expectFailure(.invalidArgument) {
                _ = try await service.streamingInputCall { try await $0.write(compressed) }
            }
        }
        let response = try await service.streamingInputCall(options: compressing) { writer in
            try await SingleMessage.writing(compressed: true) { try await writer.write(compressed) }
            try await SingleMessage.writing(compressed: false) { try await writer.write(uncompressed) }
        }
        let size = response.aggregatedPayloadSize
        try check(size == 73_086, "expected a size of 73086 in all, got \(size)")
    }

    func serverCompressedUnary() async throws {
        for wanted in [true, false] {
            var request = Grpc_Testing_SimpleRequest.large
            request.responseCompressed = Grpc_Testing_BoolValue(wanted)
            let deserializer = FlagNotingDeserializer<Grpc_Testing_SimpleResponse>()
            let response = try await service.unaryCall(
                request: ClientRequest(message: request),
                serializer: ProtobufSerializer(),
                deserializer: deserializer,
                options: .defaults
            ) { $0 }
            try response.message.checkIsLarge()
            try checkFlags(deserializer.flags, wanted: [wanted], metadata: response.metadata)
        }
    }

    func serverCompressedStreaming() async throws {
        let request = Grpc_Testing_StreamingOutputCallRequest.with {
            $0.responseParameters = [(31_415, true), (92_653, false)].map { size, compressed in
                .with {
                    $0.size = Int32(size)
                    $0.compressed = Grpc_Testing_BoolValue(compressed)
                }
            }
        }
        let deserializer = FlagNotingDeserializer<Grpc_Testing_StreamingOutputCallResponse>()
        try await service.streamingOutputCall(
            request: ClientRequest(message: request),
            serializer: ProtobufSerializer(),
            deserializer: deserializer,
            options: .defaults
        ) { response in
            try await response.checkZeros([31_415, 92_653])
            try checkFlags(deserializer.flags, wanted: [true, false], metadata: response.metadata)
        }
    }

    /// Compares flags with those wanted; where the transport doesn't show them, with the response's encoding.
    private func checkFlags(_ flags: [Bool?], wanted: [Bool], metadata: Metadata) throws {
        let encoded = metadata[stringValues: "grpc-encoding"].contains { $0 != "identity" }
        let seen = flags.map { $0 ?? encoded }
        try check(seen == wanted, "expected compressed flags \(wanted), got \(seen)")
    }
}
