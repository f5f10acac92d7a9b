internal import EventLoop
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent
internal import SwiftProtobuf

/// What process storage is asked of a message before it can be answered.
extension ChatPipeline {
    /// How often process storage is asked again for an exchange that another replica has answered.
    private static let rereads = 4
    /// How long that is waited for at first, and twice as long each time.
    private static let firstRereadPause: Duration = .milliseconds(15)

    /// What process storage says of a message: the version that it is about, and the conversation up to now.
    struct Reading: Sendable {
        let process: KnownProcess
        let talk: [Grimoire_V1_Suggestion]
        /// The conversation is what this replica remembers of it.
        var isRemembered = false
    }

    /// Asks process storage what a message is about.
    ///
    /// - Parameter mayRemember: Whether what this replica remembers of the conversation will do: only where nobody else may have
    ///   answered in it meanwhile, which ``complete(_:after:_:_:in:)`` will know.
    /// - Throws: What the client is told: `ServiceError`, `RPCError`; `CancellationError`.
    func read(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession,
        mayRemember: Bool = false
    ) async throws -> Reading {
        if mayRemember, let talk = await session.talk {
            let process = try await read(question, credentials, sessionName: "").process
            return Reading(process: process, talk: talk, isRemembered: true)
        }
        // The conversation is what is recorded of it, and what is about to be: which must be asked first, for it may be recorded
        // meanwhile.
        let unsettled = await unsettled(session)
        let (process, recorded) = try await read(
            question,
            credentials,
            sessionName: question.sessionName
        )
        let known = Set(recorded.map(\.suggestionID))
        let talk = recorded + unsettled.filter { !known.contains($0.suggestionID) }
        return Reading(process: process, talk: talk)
    }

    /// The reading, or another one, with the whole conversation; the session remembers it for the next message.
    ///
    /// Where another replica says that it has answered last, its record may be on its way to process storage, or was lost: that is asked
    /// again, a few times.
    ///
    /// - Throws: As ``read(_:_:in:mayRemember:)``.
    func complete(
        _ reading: Reading,
        after predecessor: Predecessor,
        _ question: ChatQuestion,
        _ credentials: Metadata,
        in session: ChatSession
    ) async throws -> Reading {
        var reading = reading
        if reading.isRemembered {
            if predecessor == .thisReplica { return reading }
            reading = try await read(question, credentials, in: session)
        }
        var isWhole = predecessor != .unknown
        if case .another(let exchange) = predecessor {
            func isThere() -> Bool { reading.talk.contains { $0.suggestionID == exchange } }
            var pause = Self.firstRereadPause
            for _ in 0..<Self.rereads where exchange != nil && !isThere() {
                try await session.loop.sleep(for: pause)
                reading = try await read(question, credentials, in: session)
                pause *= 2
            }
            isWhole = isThere()
        }
        await session.keep(isWhole ? reading.talk : nil)
        return reading
    }

    /// Exchanges of a session that are about to be recorded.
    private func unsettled(_ session: ChatSession) async -> [Grimoire_V1_Suggestion] {
        let suggestions = await session.unsettled
        guard !suggestions.isEmpty else { return [] }
        let unsettled = recorder.unsettled(suggestions)
        await session.keepUnsettled(unsettled.map(\.suggestionID))
        return unsettled
    }

    /// The version that a question is about, and the exchanges of its session, where one is named.
    private func read(
        _ question: ChatQuestion,
        _ credentials: Metadata,
        sessionName: String
    ) async throws -> (process: KnownProcess, session: [Grimoire_V1_Suggestion]) {
        let key = question.processKey
        let known = processes[key]
        let checkedAt = processes.now()
        let request = Grimoire_V1_GetSuggestionContextRequest.with {
            $0.processID = question.process.text
            $0.versionNumber = question.version
            $0.sessionID = sessionName
            $0.brief = true
            $0.knownContentHash = known?.base.contentHash ?? ""
            $0.knownVersionNumber = known?.base.version ?? 0
        }
        let response = try await records.context(request, credentials)
        let number = response.process.versionNumber
        Call.current?.concerns(versionNumber: Int(number))
        if let known, known.base.contentHash == response.process.contentHash {
            let process = known.base.version == number ? known : known.asVersion(number)
            processes.keep(process, for: key, checkedAt: checkedAt)
            return (process, response.session)
        }
        let process = try await offload.run {
            KnownProcess(response.process, organization: key.organization)
        }
        processes.keep(process, for: key, checkedAt: checkedAt)
        return (process, response.session)
    }
}
