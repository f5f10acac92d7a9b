internal import FoundationEssentials
internal import GRPCCore
internal import GRPCNghttp2
internal import GRPCProtobuf
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// `grimoire.v1.ProcessMappings`: checks requests, reads, answers with the bytes that are kept.
///
/// What can be answered from memory at once does not come here: see `MappingFastPaths`.
struct MappingsService: RegistrableRPCService {
    let lanes: MappingLanes
    let upstream: Upstream

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        register(Grimoire_V1_ProcessMappings.Method.GetProcessMapping.descriptor, &router, getProcessMapping)
        register(
            Grimoire_V1_ProcessMappings.Method.BatchGetProcessMappings.descriptor,
            &router,
            batchGetProcessMappings
        )
        register(
            Grimoire_V1_ProcessMappings.Method.GetMappingEvolution.descriptor,
            &router,
            getMappingEvolution
        )
        register(
            Grimoire_V1_ProcessMappings.Method.FindProcessesByFact.descriptor,
            &router,
            findProcessesByFact
        )
    }

    private func register<Transport: ServerTransport, Input: Message>(
        _ method: MethodDescriptor,
        _ router: inout RPCRouter<Transport>,
        _ handler: @escaping @Sendable (ServerRequest<Input>) async throws -> ServerResponse<MessageBytes>
    ) {
        router.registerHandler(
            forMethod: method,
            deserializer: ProtobufDeserializer<Input>(),
            serializer: EncodedMessageSerializer()
        ) { request, _ in
            StreamingServerResponse(single: try await handler(try await ServerRequest(stream: request)))
        }
    }

    /// See Protos/grimoire/v1/process_mappings.proto.
    @Sendable
    private func getProcessMapping(
        _ request: ServerRequest<Grimoire_V1_GetProcessMappingRequest>
    ) async throws -> ServerResponse<MessageBytes> {
        let organization = try Caller.require().organizationID
        let key = try RequestChecks.key(of: request.message, organization)
        Call.current?.concerns(processID: key.process.process)
        let loaded = try await lanes.own.read(key, ServiceClient.forwarded(from: request.metadata))
        Call.current?.concerns(versionNumber: Int(loaded.answer.version))
        return Self.answer(loaded, to: request, key)
    }

    private static func answer(
        _ loaded: Loaded,
        to request: ServerRequest<Grimoire_V1_GetProcessMappingRequest>,
        _ key: MappingKey
    ) -> ServerResponse<MessageBytes> {
        let answer = loaded.answer
        var metadata: Metadata = [:]
        if let tag = answer.entityTag {
            metadata.addString(tag, forKey: "etag")
            if EntityTags.match(request.metadata[stringValues: "if-none-match"], tag) {
                metadata.addString("304", forKey: "x-http-status")
                return response(answer.notModified(key.process), metadata, loaded)
            }
        }
        let known = request.message.ifContentHash
        if !known.isEmpty, known.utf8.elementsEqual(answer.contentHash) {
            return response(answer.notModified(key.process), metadata, loaded)
        }
        return response(answer.message, metadata, loaded)
    }

    /// What is stale says so: in the trailer, and before the message for REST, which has no trailers.
    private static func response(
        _ message: MessageBytes,
        _ metadata: Metadata,
        _ loaded: Loaded
    ) -> ServerResponse<MessageBytes> {
        guard loaded.isStale else { return ServerResponse(message: message, metadata: metadata) }
        var metadata = metadata
        metadata.addString("true", forKey: Self.staleKey)
        return ServerResponse(message: message, metadata: metadata, trailingMetadata: [Self.staleKey: "true"])
    }

    private static let staleKey = "grimoire-stale"

    @Sendable
    private func getMappingEvolution(
        _ request: ServerRequest<Grimoire_V1_GetMappingEvolutionRequest>
    ) async throws -> ServerResponse<MessageBytes> {
        let organization = try Caller.require().organizationID
        let key = try RequestChecks.key(of: request.message, organization)
        Call.current?.concerns(processID: key.process.process)
        let loaded = try await lanes.own.read(key, ServiceClient.forwarded(from: request.metadata))
        Call.current?.concerns(versionNumber: Int(loaded.answer.version))
        return Self.response(loaded.answer.message, [:], loaded)
    }

    @Sendable
    private func findProcessesByFact(
        _ request: ServerRequest<Grimoire_V1_FindProcessesByFactRequest>
    ) async throws -> ServerResponse<MessageBytes> {
        let upstreamRequest = ClientRequest(
            message: request.message,
            metadata: ServiceClient.forwarded(from: request.metadata)
        )
        do {
            let response = try await upstream.mappings.findProcessesByFact(
                request: upstreamRequest,
                options: Upstream.Patience.long.options
            ) { try $0.message }
            return ServerResponse(message: try ProtobufSerializer().serialize(response))
        } catch let error as RPCError {
            throw error.told
        }
    }
}
