internal import GRPCCore
internal import GRPCNghttp2
internal import GRPCProtobuf
internal import GrimoireAPI

/// `ProcessManagerService` as it is served: `GetProcess` answers with bytes that are encoded already.
struct ServedProcessManager: RegistrableRPCService {
    let service: ProcessManagerService

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        service.registerMethods(with: &router)
        // Takes the place of the generated one.
        router.registerHandler(
            forMethod: Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
            deserializer: ProtobufDeserializer<Grimoire_V1_GetProcessRequest>(),
            serializer: EncodedSerializer()
        ) { [service] request, _ in
            let request = try await ServerRequest(stream: request)
            let message = try await service.encodedProcess(request.message)
            return StreamingServerResponse(single: ServerResponse(message: message))
        }
    }
}

/// For messages that are encoded already.
struct EncodedSerializer: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: MessageBytes) throws -> Bytes {
        // Our own transport takes it as it is.
        if let same = message as? Bytes { return same }
        return message.withUnsafeBytes { Bytes($0) }
    }
}
