internal import EventLoop
internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import ServiceKit

/// The calls that the Business Journal makes thousands of times a second, answered from memory.
struct MappingFastPaths: Sendable {
    /// Bytes of a batch's answer that is put together on the loop: more takes too long there.
    private static let batchBytes = 1_024 * 1_024
    /// Bytes of a question of a batch, about.
    private static let questionBytes = 40

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
    private func get(_ request: FastPath.Request) -> FastPath.Reply {
        // Over REST an answer has an entity tag.
        guard !request.hasHeader("x-envoy-original-path"), !request.hasHeader("if-none-match"),
            let question = request.message.withUnsafeBytes({ MappingQuestion($0, 0..<$0.count) }),
            let key = Self.key(question, request.caller.organizationID)
        else { return .declined }
        let (reader, message) = (lanes.own, request.message)
        let known = reader.cache.assumeOnLoop { $0.knownAnswer(key) }
        if let known { return .answer(Self.answer(message, question, key, known)) }
        guard reader.shared.canBeAsked else { return .declined }
        return .calledBack { callBack in
            reader.readShared(key) { found in
                callBack(found.map { Self.answer(message, question, key, $0) })
            }
        }
    }

    private static func answer(
        _ message: MessageBytes,
        _ question: MappingQuestion,
        _ key: MappingKey,
        _ answer: StoredAnswer
    ) -> FastPath.Answer {
        FastPath.Answer(
            message.withUnsafeBytes { Self.message($0, question, key, answer) },
            processID: question.process,
            versionNumber: Int(answer.version)
        )
    }

    @Sendable
    private func batch(_ request: FastPath.Request) -> FastPath.Reply {
        let (message, organization) = (request.message, request.caller.organizationID)
        let answer = lanes.own.cache.assumeOnLoop { Self.batch(message, organization, $0) }
        return answer.map { .answer($0) } ?? .declined
    }

    private static func batch(
        _ message: MessageBytes,
        _ organization: UUID,
        _ cache: isolated MappingCache
    ) -> FastPath.Answer? {
        message.withUnsafeBytes { bytes in
            var reader = ProtobufReader(bytes, 0..<bytes.count)
            var messages: [MessageBytes] = []
            messages.reserveCapacity(bytes.count / Self.questionBytes)
            var size = 0
            while let tag = reader.tag() {
                guard tag == 0x0a, let range = reader.content(), let question = MappingQuestion(bytes, range),
                    let key = Self.key(question, organization), let answer = cache.knownAnswer(key)
                else { return nil }
                let message = Self.message(bytes, question, key, answer)
                messages.append(message)
                size += message.count
                guard size <= Self.batchBytes else { return nil }
            }
            guard reader.isAtEnd, (1...RequestChecks.batchRequests).contains(messages.count) else {
                return nil
            }
            return FastPath.Answer(StoredAnswer.batch(of: messages))
        }
    }

    private static func key(_ question: MappingQuestion, _ organization: UUID) -> MappingKey? {
        guard question.version >= 0 else { return nil }
        let process = ProcessKey(organization: organization, process: question.process)
        return MappingKey(process: process, kind: .mapping, version: question.version)
    }

    private static func message(
        _ bytes: UnsafeRawBufferPointer,
        _ question: MappingQuestion,
        _ key: MappingKey,
        _ answer: StoredAnswer
    ) -> MessageBytes {
        let known = question.contentHash
        guard !known.isEmpty, bytes[known].elementsEqual(answer.contentHash) else { return answer.message }
        return answer.notModified(key.process)
    }
}
