internal import GRPCCore
internal import SwiftProtobuf

extension InteropService {
    typealias Request<Content: Sendable> = StreamingServerRequest<ReceivedMessage<Content>>
    typealias Response = StreamingServerResponse
    private static var halfDuplexRequestLimit: Int { 1000 }

    @Sendable
    func emptyCall(
        _ request: Request<Grpc_Testing_Empty>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_Empty> {
        _ = try await ServerRequest(stream: request)
        return Response(single: ServerResponse(message: Grpc_Testing_Empty()))
    }

    @Sendable
    func unaryCall(
        _ stream: Request<Grpc_Testing_SimpleRequest>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_SimpleResponse> {
        let request = try await ServerRequest(stream: stream)
        try refuse(request.metadata)
        let content = request.message.content
        if content.hasExpectCompressed {
            try request.message.checkIsCompressed(content.expectCompressed.value, metadata: request.metadata)
        }
        if content.hasResponseStatus {
            try content.responseStatus.check(metadata: echoedAtEnd(request.metadata))
        }
        let payload = try Grpc_Testing_Payload.answer(content.responseType, size: content.responseSize)
        var metadata = echoedAtStart(request.metadata)
        if content.hasResponseCompressed {
            requestCompression(content.responseCompressed.value, in: &metadata)
        }
        var trailing = echoedAtEnd(request.metadata)
        if request.metadata["x-interop-report"].contains(where: { _ in true }) {
            trailing.addString(String(calls.cancelled), forKey: "x-interop-cancelled")
        }
        return Response(
            single: ServerResponse(
                message: .with { $0.payload = payload },
                metadata: metadata,
                trailingMetadata: trailing
            )
        )
    }

    @Sendable
    func streamingInputCall(
        _ request: Request<Grpc_Testing_StreamingInputCallRequest>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_StreamingInputCallResponse> {
        var size = 0
        for try await message in request.messages {
            if message.content.hasExpectCompressed {
                try message.checkIsCompressed(
                    message.content.expectCompressed.value,
                    metadata: request.metadata
                )
            }
            size += message.content.payload.body.count
        }
        return Response(
            single: ServerResponse(
                message: .with { [size] in $0.aggregatedPayloadSize = Int32(clamping: size) },
                metadata: echoedAtStart(request.metadata),
                trailingMetadata: echoedAtEnd(request.metadata)
            )
        )
    }

    @Sendable
    func streamingOutputCall(
        _ stream: Request<Grpc_Testing_StreamingOutputCallRequest>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_StreamingOutputCallResponse> {
        let request = try await ServerRequest(stream: stream)
        let content = request.message.content
        var metadata = echoedAtStart(request.metadata)
        if let first = content.responseParameters.first(where: \.hasCompressed) {
            // Agreed on at the start for the whole response; single messages may still go uncompressed.
            requestCompression(
                content.responseParameters.contains(where: \.compressed.value) || first.compressed.value,
                in: &metadata
            )
        }
        return Response(metadata: metadata) { writer in
            try await answer(content, on: writer, context: context, metadata: request.metadata)
            return echoedAtEnd(request.metadata)
        }
    }

    @Sendable
    func fullDuplexCall(
        _ request: Request<Grpc_Testing_StreamingOutputCallRequest>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_StreamingOutputCallResponse> {
        Response(metadata: echoedAtStart(request.metadata)) { writer in
            for try await message in request.messages {
                try await answer(message.content, on: writer, context: context, metadata: request.metadata)
            }
            return echoedAtEnd(request.metadata)
        }
    }

    @Sendable
    func halfDuplexCall(
        _ request: Request<Grpc_Testing_StreamingOutputCallRequest>,
        _ context: ServerContext
    ) async throws -> Response<Grpc_Testing_StreamingOutputCallResponse> {
        Response(metadata: echoedAtStart(request.metadata)) { writer in
            var contents: [Grpc_Testing_StreamingOutputCallRequest] = []
            for try await message in request.messages {
                guard contents.count < Self.halfDuplexRequestLimit else {
                    throw RPCError(
                        code: .resourceExhausted,
                        message: "too many requests in a half-duplex call"
                    )
                }
                contents.append(message.content)
            }
            for content in contents {
                try await answer(content, on: writer, context: context, metadata: request.metadata)
            }
            return echoedAtEnd(request.metadata)
        }
    }

    /// Sends what one streamed request asks for.
    private func answer(
        _ request: Grpc_Testing_StreamingOutputCallRequest,
        on writer: RPCWriter<Grpc_Testing_StreamingOutputCallResponse>,
        context: ServerContext,
        metadata: Metadata
    ) async throws {
        if request.hasResponseStatus {
            try request.responseStatus.check(metadata: echoedAtEnd(metadata))
        }
        for parameters in request.responseParameters {
            if parameters.intervalUs > 0 {
                try await context.pause(for: .microseconds(parameters.intervalUs), metadata: metadata)
            }
            let payload = try Grpc_Testing_Payload.answer(request.responseType, size: parameters.size)
            let compressed = parameters.hasCompressed ? parameters.compressed.value : nil
            try await SingleMessage.writing(compressed: compressed) {
                try await writer.write(.with { $0.payload = payload })
            }
        }
    }
}
