internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import ServiceKit

/// The calls that the Business Journal makes thousands of times a second, answered from memory.
struct MappingFastPaths: Sendable {
    /// Bytes of a batch's answer that is put together on the loop: more takes too long there.
    private static let batchBytes = 1_024 * 1_024

    let lanes: MappingLanes

    var all: [FastPath] {
        [
            FastPath(
                Grimoire_V1_ProcessMappings.Method.GetProcessMapping.descriptor,
                role: .viewer,
                gathersAudit: true,
                attempt: get
            ),
            FastPath(
                Grimoire_V1_ProcessMappings.Method.BatchGetProcessMappings.descriptor,
                role: .viewer,
                gathersAudit: true,
                attempt: batch
            ),
        ]
    }

    @Sendable
    private func get(_ request: FastPath.Request) -> FastPath.Answer? {
        // Over REST an answer has an entity tag.
        guard !request.hasHeader("x-envoy-original-path"), !request.hasHeader("if-none-match") else {
            return nil
        }
        let (message, organization) = (request.message, request.caller.organizationID)
        return lanes.own.cache.assumeIsolated { Self.get(message, organization, $0) }
    }

    private static func get(
        _ message: MessageBytes,
        _ organization: UUID,
        _ cache: isolated MappingCache
    ) -> FastPath.Answer? {
        message.withUnsafeBytes { bytes in
            guard let question = MappingQuestion(bytes, 0..<bytes.count),
                let (message, answer) = Self.answer(question, bytes, organization, cache)
            else { return nil }
            return FastPath.Answer(message, processID: question.process, versionNumber: Int(answer.version))
        }
    }

    @Sendable
    private func batch(_ request: FastPath.Request) -> FastPath.Answer? {
        let (message, organization) = (request.message, request.caller.organizationID)
        return lanes.own.cache.assumeIsolated { Self.batch(message, organization, $0) }
    }

    private static func batch(
        _ message: MessageBytes,
        _ organization: UUID,
        _ cache: isolated MappingCache
    ) -> FastPath.Answer? {
        message.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes, 0..<bytes.count)
            var writer = ProtobufWriter(capacity: 48 * 1_024)
            var count = 0
            while let tag = reader.tag() {
                guard tag == 0x0a, let range = reader.content(), let question = MappingQuestion(bytes, range),
                    let (message, answer) = Self.answer(question, bytes, organization, cache)
                else { return nil }
                answer.write(to: &writer, message: message)
                count += 1
                guard writer.bytes.count <= Self.batchBytes else { return nil }
            }
            guard reader.isAtEnd, (1...RequestChecks.batchRequests).contains(count) else { return nil }
            return FastPath.Answer(MessageBytes(writer.bytes))
        }
    }

    private static func answer(
        _ question: MappingQuestion,
        _ bytes: UnsafeRawBufferPointer,
        _ organization: UUID,
        _ cache: isolated MappingCache
    ) -> (MessageBytes, StoredAnswer)? {
        guard question.version >= 0 else { return nil }
        let process = ProcessKey(organization: organization, process: question.process)
        let key = MappingKey(process: process, kind: .mapping, version: question.version)
        guard let answer = cache.knownAnswer(key) else { return nil }
        let known = question.contentHash
        if !known.isEmpty, bytes[known].elementsEqual(answer.contentHash) {
            return (answer.notModified(process), answer)
        }
        return (answer.message, answer)
    }
}
