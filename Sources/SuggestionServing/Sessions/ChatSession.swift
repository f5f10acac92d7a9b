internal import EventLoop
internal import GrimoireAPI
internal import ServiceKit
internal import SwiftProtobuf

/// What the beginning of a conversation came to.
struct ConversationSummary: Sendable, Equatable {
    var text = ""
    /// The last exchange that is in it.
    var lastSuggestionID = ""
}

/// One conversation: numbers its pieces, keeps the last ones for whoever comes back, and lets one question be answered at a time.
///
/// It lives on one loop. Its decisions are ``SessionMachine``'s.
actor ChatSession {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var machine: SessionMachine
    /// Those who have come back while an answer is under way, and wait for its next piece.
    private var followers: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextFollower: UInt64 = 0
    /// More than that nobody needs: each is a connection of the same user to the same conversation.
    private static let maxFollowers = 8

    init(replayBytes: Int, loop: EventLoop) {
        self.loop = loop
        machine = SessionMachine(replayBytes: replayBytes)
    }

    /// Whether a question is being answered.
    var isAnswering: Bool { machine.isAnswering }
    /// The last number given.
    var lastSequence: Int64 { machine.lastSequence }
    /// What it has come to: the last number given, and what is kept for resuming.
    var state: (last: Int64, kept: [ChatPiece]) { (machine.lastSequence, machine.kept) }

    /// Exchanges of this session whose records may still be under way, the oldest first.
    private(set) var unsettled: [String] = []
    /// What the conversation's beginning came to, and the last exchange that it covers.
    private(set) var summary = ConversationSummary()

    /// The conversation up to now, the oldest exchange first, where this replica knows all of it: it may go on with that as long as no
    /// other one has answered in the session.
    private(set) var talk: [Grimoire_V1_Suggestion]?
    private var talkBytes = 0
    /// How much of it is kept: as many exchanges as process storage tells of, and of their texts what most conversations have.
    private static let maxTalk = 50
    private static let maxTalkBytes = 16 << 10

    /// The conversation is this, as process storage says; nil where that may not be all of it.
    func keep(_ talk: [Grimoire_V1_Suggestion]?) {
        self.talk = talk.map { _ in [] }
        talkBytes = 0
        for exchange in talk ?? [] { said(exchange) }
    }

    /// The conversation has an exchange more.
    func said(_ exchange: Grimoire_V1_Suggestion) {
        talkBytes += exchange.message.utf8.count + exchange.answer.utf8.count
        guard var talk, talk.count < Self.maxTalk, talkBytes <= Self.maxTalkBytes else {
            self.talk = nil
            return
        }
        self.talk = nil
        talk.append(
            .with {
                $0.suggestionID = exchange.suggestionID
                $0.message = exchange.message
                $0.answer = exchange.answer
            }
        )
        self.talk = talk
    }

    /// The other exchanges are recorded by now, or given up.
    func keepUnsettled(_ suggestions: [String]) { unsettled = suggestions }

    /// The beginning of the conversation was summarised.
    func keep(_ summary: ConversationSummary) { self.summary = summary }

    /// Takes over what another replica has kept: see ``SessionMachine/adopt(_:last:)``.
    func adopt(_ pieces: [ChatPiece], last: Int64) {
        if last > machine.lastSequence { talk = nil }
        machine.adopt(pieces, last: last)
    }

    /// A question comes.
    ///
    /// - Returns: Its number, for ``abandon(_:)``.
    /// - Throws: `ServiceError` (ABORTED) where another one is being answered.
    func begin() throws(ServiceError) -> Int64 {
        guard machine.begin() else {
            throw ServiceError(
                .conflict(reason: "SESSION_BUSY", values: [:]),
                message:
                    "This session is answering another message: wait for its last piece, or use another session_id."
            )
        }
        return machine.turn
    }

    /// Gives a piece its number.
    func add(_ content: ChatPieceContent) -> ChatPiece {
        let piece = machine.add(content)
        if let suggestion = content.metadata["suggestion_id"] { unsettled.append(suggestion) }
        wakeFollowers()
        return piece
    }

    /// A question has ended, perhaps without a last piece.
    func abandon(_ turn: Int64) {
        machine.abandon(turn)
        wakeFollowers()
    }

    /// What came after a piece; where an answer is under way, what comes next of it, once it has come. Empty where there is
    /// nothing more.
    ///
    /// - Throws: `ServiceError` where the session cannot tell (FAILED_PRECONDITION), or has too many listeners.
    func next(after sequence: Int64) async throws(ServiceError) -> [ChatPiece] {
        while true {
            let pieces = try kept(after: sequence)
            guard pieces.isEmpty, machine.isAnswering, !Task.isCancelled else { return pieces }
            guard followers.count < Self.maxFollowers else {
                throw ServiceError(
                    .exhausted(retryAfter: .seconds(1)),
                    message: "Too many connections follow this session."
                )
            }
            await follow()
        }
    }

    private func kept(after sequence: Int64) throws(ServiceError) -> [ChatPiece] {
        do throws(SessionMachine.ResumeFault) {
            return try machine.pieces(after: sequence)
        } catch {
            let sentence =
                switch error {
                case .unknown: "has not been sent in this session, or the session has expired"
                case .forgotten(let oldest): "is too long ago: what is kept begins with \(oldest)"
                }
            throw ServiceError(
                .failedPrecondition(
                    reason: "RESUME_IMPOSSIBLE",
                    violations: [
                        PreconditionViolation(subject: "context.resume_after", description: sentence)
                    ]
                ),
                message: "context.resume_after \(sentence); ask again."
            )
        }
    }

    private func follow() async {
        nextFollower += 1
        let number = nextFollower
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard machine.isAnswering, !Task.isCancelled else { return continuation.resume() }
                followers[number] = continuation
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.leave(number) } }
        }
    }

    private func leave(_ number: UInt64) { followers.removeValue(forKey: number)?.resume() }

    private func wakeFollowers() {
        let waiting = followers
        followers = [:]
        for continuation in waiting.values { continuation.resume() }
    }
}
