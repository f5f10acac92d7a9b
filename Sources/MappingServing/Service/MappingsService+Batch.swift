internal import FoundationEssentials
internal import GRPCCore
internal import GRPCNghttp2
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

extension MappingsService {
    /// Loads of one batch that are under way at once.
    private static let concurrentLoads = 32

    /// See Protos/grimoire/v1/process_mappings.proto.
    @Sendable
    func batchGetProcessMappings(
        _ request: ServerRequest<Grimoire_V1_BatchGetProcessMappingsRequest>
    ) async throws -> ServerResponse<MessageBytes> {
        let organization = try Caller.require().organizationID
        let questions = request.message.requests
        try RequestChecks.checkBatch(questions.count)
        let credentials = ServiceClient.forwarded(from: request.metadata)
        let reader = lanes.own
        var results = [Result<Loaded, any Error>?](repeating: nil, count: questions.count)
        var missing: [(index: Int, key: MappingKey)] = []
        for (index, question) in questions.enumerated() {
            do throws(ServiceError) {
                missing.append((index, try RequestChecks.key(of: question, organization)))
            } catch {
                results[index] = .failure(error)
            }
        }
        await reader.read(
            missing.map(\.key),
            credentials,
            atOnce: Self.concurrentLoads,
            budget: RequestChecks.batchBytes
        ) { place, result in
            results[missing[place].index] = result
        }
        try Task.checkCancellation()
        return ServerResponse(message: Self.encode(results, questions, organization: organization))
    }

    private static func encode(
        _ results: [Result<Loaded, any Error>?],
        _ questions: [Grimoire_V1_GetProcessMappingRequest],
        organization: UUID
    ) -> MessageBytes {
        var writer = ProtobufWriter()
        for (result, question) in zip(results, questions) {
            switch result {
            case .success(let loaded):
                let known = question.ifContentHash
                var message = loaded.answer.message
                if !known.isEmpty, known.utf8.elementsEqual(loaded.answer.contentHash),
                    let process = UUID(uuidString: question.processID)
                {
                    message = loaded.answer.notModified(
                        ProcessKey(organization: organization, process: process)
                    )
                }
                if writer.bytes.count + message.count > RequestChecks.batchBytes {
                    append(RequestChecks.tooLarge, to: &writer)
                } else {
                    loaded.answer.write(to: &writer, isStale: loaded.isStale, message: message)
                }
            case .failure(let error): append(error, to: &writer)
            case nil: append(CancellationError(), to: &writer)
            }
        }
        return MessageBytes(writer.bytes)
    }

    private static func append(_ error: any Error, to writer: inout ProtobufWriter) {
        let failure = Grimoire_V1_MappingFailure.with {
            switch error {
            case let error as any RPCErrorConvertible:
                $0.code = Int32(error.rpcErrorCode.rawValue)
                $0.message = error.rpcErrorMessage
            case let error as RPCError:
                $0.code = Int32(error.code.rawValue)
                $0.message = error.message
            default:
                $0.code = Int32(RPCError.Code.internalError.rawValue)
                $0.message = "Something went wrong here; ask for this one again."
            }
        }
        let result = Grimoire_V1_MappingResult.with { $0.failure = failure }
        guard let bytes: [UInt8] = try? result.serializedBytes() else { return }
        writer.field(0x0a, count: bytes.count)
        writer.append(bytes)
    }
}
