internal import FoundationEssentials
internal import GRPCCore
internal import GrimoireAPI
internal import ServiceKit
internal import SuggestionContent

/// What a client wants of a chat.
struct ChatOrder: Sendable {
    /// A message to be answered, or a place to go on from.
    enum Wish: Sendable {
        case ask(ChatQuestion)
        case resume(after: Int64)
    }

    let session: SessionKey
    /// The client named no session: it begins with this message, under a name that nobody knows yet.
    let beginsSession: Bool
    let wish: Wish
    /// With which grimoire-processes is asked.
    let credentials: Metadata
}

/// A message, with what is to be known for answering it.
struct ChatQuestion: Sendable {
    let caller: Caller
    let process: UUID
    /// As the client named it, or as it was named for it.
    let sessionName: String
    let message: String
    /// 0: the latest.
    let version: Int32
    /// Nil where the message says which.
    let type: SuggestionType?
    /// Asks the model in any case.
    let skipsCache: Bool
    /// What the model is given beside the message.
    let clientContext: [String: String]

    /// Under which what is known of its process is kept.
    var processKey: KnownProcesses.Key {
        KnownProcesses.Key(organization: caller.organizationID, process: process, version: version)
    }
}

extension ChatOrder {
    /// The longest message, in bytes.
    static let maxMessageBytes = 32 << 10
    /// The longest name of a session, in characters.
    static let maxSessionCharacters = 255
    /// Entries of context beside those that Grimoire knows.
    static let maxContextEntries = 16
    /// Bytes of all of these, keys included.
    static let maxContextBytes = 16 << 10

    /// Reads a request (Protos/grimoire/v1/process_suggestions.proto).
    ///
    /// - Throws: `ServiceError` (INVALID_ARGUMENT) with every field that is wrong.
    init(_ request: Grimoire_V1_ChatRequest, caller: Caller, credentials: Metadata) throws(ServiceError) {
        var checks = FieldChecks()
        let process = checks.uuid(request.processID, "process_id")
        checks.text(request.sessionID, "session_id", most: Self.maxSessionCharacters)
        if request.message.utf8.count > Self.maxMessageBytes {
            checks.add("message", "must have at most \(Self.maxMessageBytes) bytes.", "TOO_LONG")
        }
        checks.noNUL(request.message, "message")
        var rest = request.context
        let resumeAfter = checks.number(
            rest.removeValue(forKey: "resume_after"),
            "context.resume_after",
            from: 0
        )
        let version = checks.number(rest.removeValue(forKey: "version"), "context.version", from: 1)
        let type = checks.word(rest.removeValue(forKey: "type"), "context.type") {
            SuggestionType(rawValue: $0)
        }
        let skipsCache = checks.word(rest.removeValue(forKey: "no_cache"), "context.no_cache") {
            ["true": true, "false": false][$0]
        }
        if rest.count > Self.maxContextEntries {
            checks.add("context", "must have at most \(Self.maxContextEntries) other entries.", "TOO_MANY")
        }
        if rest.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > Self.maxContextBytes {
            checks.add("context", "must have at most \(Self.maxContextBytes) bytes.", "TOO_LONG")
        }
        let isEmpty = !request.message.unicodeScalars.contains { !$0.properties.isWhitespace }
        if resumeAfter == nil, isEmpty {
            checks.add("message", "is required, but with context.resume_after.", "REQUIRED")
        } else if resumeAfter != nil, !isEmpty {
            checks.add("message", "must be empty with context.resume_after.", "INVALID_COMBINATION")
        }
        if resumeAfter != nil, request.sessionID.isEmpty {
            checks.add("session_id", "is required with context.resume_after.", "REQUIRED")
        }
        guard let process = try checks.passed(process) else { throw .invalid([]) }
        self.credentials = credentials
        beginsSession = request.sessionID.isEmpty
        let name = beginsSession ? UUID.random().text : request.sessionID
        session = SessionKey(caller: caller, process: process, name: name)
        if let resumeAfter {
            wish = .resume(after: resumeAfter)
            return
        }
        wish = .ask(
            ChatQuestion(
                caller: caller,
                process: process,
                sessionName: name,
                message: request.message,
                version: Int32(clamping: version ?? 0),
                type: type,
                skipsCache: skipsCache ?? false,
                clientContext: rest
            )
        )
    }
}
