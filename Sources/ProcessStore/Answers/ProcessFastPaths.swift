internal import FoundationEssentials
internal import GRPCNghttp2
internal import GrimoireAPI
internal import ServiceKit

/// Reads of versions that are known, answered from memory.
struct ProcessFastPaths: Sendable {
    let store: ProcessStore

    var all: [FastPath] {
        [
            FastPath(
                Grimoire_V1_ProcessManager.Method.GetProcess.descriptor,
                role: .viewer,
                attempt: getProcess
            )
        ]
    }

    @Sendable
    private func getProcess(_ request: FastPath.Request) -> FastPath.Answer? {
        guard let question = request.message.withUnsafeBytes({ VersionQuestion($0) }) else { return nil }
        let key = VersionCache.Key(
            organization: request.caller.organizationID,
            process: question.process,
            version: question.version
        )
        guard let answer = store.cache.answerOnLoop(key) else { return nil }
        return FastPath.Answer(
            answer.message,
            processID: question.process,
            versionNumber: Int(question.version)
        )
    }
}

/// A `GetProcessRequest` for all of one version, where it is plain: what is not is left to the decoder of all messages.
struct VersionQuestion: Equatable {
    let process: UUID
    /// From 1.
    let version: Int32

    /// Nil where a field is unknown, repeated or not allowed, and where the latest version or another view is asked for.
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
                guard version == nil, let number = reader.varint() else { return nil }
                version = Int32(exactly: number)
            default: return nil
            }
        }
        guard reader.isAtEnd, let process, let version, version > 0 else { return nil }
        self.process = process
        self.version = version
    }
}
