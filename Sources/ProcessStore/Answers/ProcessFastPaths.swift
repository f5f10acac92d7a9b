internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import Postgres
internal import ServiceKit
internal import SwiftProtobuf

/// Reads of whole versions, from memory where they are known, else with one round trip to the database; and what a chat asks with each
/// message.
struct ProcessFastPaths: Sendable {
    let store: ProcessStore

    var all: [FastPath] {
        [
            FastPath(
                Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
                role: .viewer,
                attempt: getProcess
            ),
            FastPath(
                Grimoire_V1_SuggestionRecords.Method.GetSuggestionContext.descriptor,
                role: .viewer,
                attempt: suggestionContext
            ),
        ]
    }

    @Sendable
    private func getProcess(_ request: FastPath.Request) -> FastPath.Reply {
        guard let question = request.message.withUnsafeBytes({ VersionQuestion($0) }) else {
            return .declined
        }
        let key = VersionCache.Key(
            organization: request.caller.organizationID,
            process: question.process,
            version: question.version
        )
        if question.version > 0, let answer = store.cache.answerOnLoop(key) {
            return .answer(Self.answer(answer, question))
        }
        // A call that belongs to a trace has an audit record of its own.
        guard !request.hasHeader("traceparent"), store.pool.isServingOnLoop else { return .declined }
        let deadline = Self.deadline(of: request)
        return .later { [store] in
            let answer = try? await store.answer(
                key.version,
                of: key.process,
                organization: key.organization,
                deadline: deadline
            )
            return answer.map { Self.answer($0, question) }
        }
    }

    /// Those calls that are brief; also where they belong to a trace, as all do: the exchange that they are for has a record of its own in
    /// the audit, with the trace.
    @Sendable
    private func suggestionContext(_ request: FastPath.Request) -> FastPath.Reply {
        let message = request.message.withUnsafeBytes { bytes in
            bytes.count > Self.maxContextRequestBytes
                ? nil : try? Grimoire_V1_GetSuggestionContextRequest(serializedBytes: Array(bytes))
        }
        guard let message, message.brief, store.pool.isServingOnLoop,
            let question = try? SuggestionRecordsService.question(message, of: request.caller)
        else { return .declined }
        let (organization, deadline) = (request.caller.organizationID, Self.deadline(of: request))
        return .later { [store] in
            let answer = try? await store.briefContext(
                question,
                known: SuggestionRecordsService.known(message),
                organization: organization,
                deadline: deadline
            )
            guard let answer, let bytes: [UInt8] = try? answer.serializedBytes() else { return nil }
            return FastPath.Answer(
                MessageBytes(bytes),
                processID: question.process,
                versionNumber: Int(answer.process.versionNumber)
            )
        }
    }

    /// The longest request for a context that is read on the loop: all its fields have limits.
    private static let maxContextRequestBytes = 4_096

    private static func deadline(of request: FastPath.Request) -> ContinuousClock.Instant {
        let end = ContinuousClock.now + patience
        return request.deadline.map { min($0, end) } ?? end
    }

    private static func answer(_ answer: VersionAnswer, _ question: VersionQuestion) -> FastPath.Answer {
        FastPath.Answer(answer.message, processID: question.process, versionNumber: Int(answer.number))
    }

    /// A database that takes longer is asked on the ordinary way, which can say what is wrong.
    private static let patience: Duration = .seconds(2)
}

/// A `GetProcessRequest` for all of one version, where it is plain: what is not is left to the decoder of all messages.
struct VersionQuestion: Equatable {
    let process: UUID
    /// From 1; 0 for the latest.
    let version: Int32

    /// Nil where a field is unknown, repeated or not allowed, and where another view is asked for.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ProtobufReader(bytes, 0..<bytes.count)
        var process: UUID?
        var version: Int32?
        while let tag = reader.tag() {
            switch tag {
            case 0x0a:
                guard process == nil, let range = reader.content() else { return nil }
                process = UUID(text: UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[range]))
                guard process != nil else { return nil }
            case 0x10:
                // One below zero has more than 32 bits here.
                guard version == nil, let number = reader.varint(), let value = Int32(exactly: number) else {
                    return nil
                }
                version = value
            default: return nil
            }
        }
        guard reader.isAtEnd, let process else { return nil }
        self.process = process
        self.version = version ?? 0
    }
}
